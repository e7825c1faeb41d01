"""One dot on the chart in its figures alone, and the short name that links give it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import TypeAlias

from quant.recipe import Recipe
from quant.records import Measurement


@dataclass(frozen=True, slots=True)
class Figures:
    """What charts, fronts and budgets read of a Measurement, under the same names and units.

    A figure that was not measured is NaN.
    """

    key: str
    workload: str
    recipe: Recipe
    data: str
    data_id: str
    n: int
    accuracy: float
    accuracy_low: float
    accuracy_high: float
    fp32_accuracy: float
    drop: float
    drop_low: float
    drop_high: float
    p_value: float
    flips: float
    lost: float
    gained: float
    size_bytes: float
    fp32_size_bytes: float
    latency_ms: float
    latency_low_ms: float
    latency_high_ms: float
    fp32_latency_ms: float
    fp32_latency_low_ms: float
    fp32_latency_high_ms: float
    latency_ratio: float
    latency_ratio_low: float
    latency_ratio_high: float
    effective_weight_bits: float
    runtime: str
    machine_id: str
    machine_label: str
    measured_at: str
    batch: int
    threads: int
    executed_by: str = ""
    metric: str = "accuracy"

    @property
    def id(self) -> str:
        """That of the Measurement."""
        return f"{self.key}@{self.machine_id}@{self.runtime}"

    @property
    def identity(self) -> tuple[str, int, int]:
        """Names one row of what is shown: the dot, and what its latency was timed at."""
        return self.id, self.batch, self.threads


Point: TypeAlias = Measurement | Figures


def weight_bits(point: Point) -> float:
    """The recipe's; where layers differ, the mean over weights, scales included."""
    return float(point.recipe.common_weights or point.effective_weight_bits)


def dot_name(point: Point) -> str:
    """Beside a dot, for eyes: `w4a8`, `mixed 3.2`."""
    recipe = point.recipe
    return recipe.bits if recipe.common_weights else f"mixed {weight_bits(point):.1f}"


@lru_cache(maxsize=16_384)  # the few hundred points of a chart are asked for at every rerun
def mark(identity: str) -> int:
    """64 bits that stand for a `Point.id` in columns."""
    return int.from_bytes(sha256(identity.encode()).digest()[:8], "big")


def token(identity: str) -> str:
    """Twelve hexadecimal digits that stand for a `Point.id` in links."""
    return f"{mark(identity) >> 16:012x}"
