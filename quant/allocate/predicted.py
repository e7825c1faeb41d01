"""Predictions: another type than measurements, so that the two are never drawn as one."""

from __future__ import annotations

from dataclasses import dataclass

from quant.allocate.calibration import decibels
from quant.recipe import Recipe
from quant.records import Measurement


@dataclass(frozen=True, slots=True)
class Predicted:
    """What a file should have: bytes, ms (None where nothing was timed), power of the logits'
    error over theirs, and accuracy lost as a fraction of 1 (None where there is nothing to go by).
    90 of 100 should lie between `_low` and `_high`."""

    size_bytes: float
    size_low: float
    size_high: float
    latency_ms: float | None
    latency_low: float | None
    latency_high: float | None
    noise: float
    noise_low: float
    noise_high: float
    drop: float | None
    drop_low: float | None
    drop_high: float | None
    bit_operations: float

    @property
    def sqnr_db(self) -> float:
        return -decibels(self.noise)


@dataclass(frozen=True, slots=True)
class Checked:
    """A prediction beside what was measured of that recipe."""

    recipe: Recipe
    predicted: Predicted
    measured: Measurement
