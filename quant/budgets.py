"""Budgets, what meets them, and the point to recommend."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from enum import IntEnum
from math import isfinite
from typing import Any

from quant.errors import RequestError
from quant.records import Measurement


class Verdict(IntEnum):
    """What a point is to a budget; the worst of several counts."""

    MET = 0
    UNDECIDED = 1
    NOT_MET = 2


@dataclass(frozen=True, slots=True)
class Budgets:
    """The most that a point may cost: bytes, median ms, lost accuracy as a fraction of 1.

    None is no limit.
    """

    size_bytes: float | None = None
    latency_ms: float | None = None
    drop: float | None = None

    def __post_init__(self) -> None:
        for name, value in self.limits.items():
            if isinstance(value, bool) or not isfinite(value) or value < 0:
                raise RequestError(
                    f"the budget {name} must be a number from 0 up, or none; got {value!r}"
                )

    @property
    def limits(self) -> dict[str, float]:
        """The budgets that are set, by name."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in values.items() if value is not None}

    def without(self, name: str) -> Budgets:
        """The same budgets with one lifted."""
        lifted: dict[str, Any] = {name: None}
        return replace(self, **lifted)


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The cheapest point that meets all budgets, and what stood beside it.

    `undecided` are the points that may or may not meet them, cheapest first. `lifted` names the
    one budget whose lifting would help, if none meets them all, and `instead` what that gives.
    """

    point: Measurement | None
    considered: int
    met: int
    undecided: tuple[Measurement, ...] = ()
    lifted: str = ""
    instead: Measurement | None = None


def judge(measured: Measurement, budgets: Budgets) -> dict[str, Verdict]:
    """A verdict for each budget that is set.

    A loss budget is met only where the paired interval excludes a loss beyond it, and not met
    where it excludes staying within it. FP32 is the baseline and loses nothing by definition.
    """
    verdicts: dict[str, Verdict] = {}
    for name, limit in budgets.limits.items():
        if name == "drop":
            verdicts[name] = _loss(measured, limit)
        else:
            verdicts[name] = _within(getattr(measured, name), limit)
    return verdicts


def verdict(measured: Measurement, budgets: Budgets) -> Verdict:
    """The worst verdict over all budgets; MET where none is set."""
    return max(judge(measured, budgets).values(), default=Verdict.MET)


def recommend(measurements: Iterable[Measurement], budgets: Budgets) -> Recommendation:
    """The cheapest point that meets all budgets: smallest, then fastest, then most accurate."""
    points = sorted(measurements, key=_price)
    judged = [(verdict(point, budgets), point) for point in points]
    met = [point for found, point in judged if found is Verdict.MET]
    undecided = tuple(point for found, point in judged if found is Verdict.UNDECIDED)
    if met or not points:
        return Recommendation(met[0] if met else None, len(points), len(met), undecided)
    lifted, instead = _remedy(points, budgets)
    return Recommendation(None, len(points), 0, undecided, lifted, instead)


def _remedy(points: list[Measurement], budgets: Budgets) -> tuple[str, Measurement | None]:
    for name in budgets.limits:
        eased = budgets.without(name)
        for point in points:
            if verdict(point, eased) is Verdict.MET:
                return name, point
    return "", None


def _price(measured: Measurement) -> tuple[float, float, float]:
    found = (measured.size_bytes, measured.latency_ms, -measured.accuracy)
    size, latency, accuracy = (cost if isfinite(cost) else float("inf") for cost in found)
    return size, latency, accuracy


def _within(value: float, limit: float) -> Verdict:
    if not isfinite(value):
        return Verdict.UNDECIDED
    return Verdict.MET if value <= limit else Verdict.NOT_MET


def _loss(measured: Measurement, limit: float) -> Verdict:
    if measured.recipe.is_fp32 or measured.drop_high <= limit:
        return Verdict.MET
    return Verdict.NOT_MET if measured.drop_low > limit else Verdict.UNDECIDED
