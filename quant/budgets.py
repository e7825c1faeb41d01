"""Budgets, what meets them, and the point to recommend."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from enum import IntEnum
from math import isfinite
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from quant.errors import RequestError
from quant.point import Figures, Point
from quant.points import Floats, Mask, Points

Verdicts: TypeAlias = NDArray[np.int8]  # of Verdict, one a point


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


USUAL = Budgets(drop=0.005)  # unless others are asked for


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The cheapest point that meets all budgets, and what stood beside it.

    `considered`, `met` and `undecided` count points; `doubtful` is the cheapest of those that may
    or may not meet the budgets, and `smaller` counts those of them that are smaller than `point`.
    `lifted` names the one budget whose lifting would help, if none meets them all, and `instead`
    what that gives.
    """

    point: Figures | None
    considered: int
    met: int
    undecided: int = 0
    doubtful: Figures | None = None
    smaller: int = 0
    lifted: str = ""
    instead: Figures | None = None


def judge(measured: Point, budgets: Budgets) -> dict[str, Verdict]:
    """A verdict for each budget that is set; see `judged`."""
    found = _judged(measured, np.asarray(measured.recipe.is_fp32), budgets)
    return {name: Verdict(int(one)) for name, one in found.items()}


def verdict(measured: Point, budgets: Budgets) -> Verdict:
    """The worst verdict over all budgets; MET where none is set."""
    return max(judge(measured, budgets).values(), default=Verdict.MET)


def judged(points: Points, budgets: Budgets) -> dict[str, Verdicts]:
    """For each budget that is set, a Verdict for every point.

    A loss budget is met only where the paired interval excludes a loss beyond it, and not met
    where it excludes staying within it. FP32 is the baseline and loses nothing by definition.
    """
    return _judged(points, points.is_fp32, budgets)


def verdicts(points: Points, budgets: Budgets) -> Verdicts:
    """The worst Verdict of every point over all budgets; MET where none is set."""
    worst = np.full(len(points), Verdict.MET, np.int8)
    for found in judged(points, budgets).values():
        np.maximum(worst, found, out=worst)
    return worst


def recommend(measurements: Points | Iterable[Point], budgets: Budgets) -> Recommendation:
    """The cheapest point that meets all budgets: smallest, then fastest, then most accurate."""
    points = measurements if isinstance(measurements, Points) else Points.of(measurements)
    worst = verdicts(points, budgets)
    unsure = worst == Verdict.UNDECIDED
    best, doubtful = _cheapest(points, worst == Verdict.MET), _cheapest(points, unsure)
    found = Recommendation(
        point=_figures(points, best),
        considered=len(points),
        met=int((worst == Verdict.MET).sum()),
        undecided=int(unsure.sum()),
        doubtful=_figures(points, doubtful),
    )
    if best is not None:
        return replace(
            found, smaller=int((points.size_bytes < points.size_bytes[best])[unsure].sum())
        )
    lifted, instead = _remedy(points, budgets)
    return replace(found, lifted=lifted, instead=_figures(points, instead))


def _remedy(points: Points, budgets: Budgets) -> tuple[str, int | None]:
    for name in budgets.limits:
        helped = _cheapest(points, verdicts(points, budgets.without(name)) == Verdict.MET)
        if helped is not None:
            return name, helped
    return "", None


def _cheapest(points: Points, among: Mask) -> int | None:
    """The first of the smallest, of these the fastest, of these the most accurate."""
    left = np.flatnonzero(among)
    for cost in (points.size_bytes, points.latency_ms, -points.accuracy):
        if len(left) > 1:
            prices = np.where(np.isfinite(cost[left]), cost[left], np.inf)
            left = left[prices == prices.min()]
    return int(left[0]) if len(left) else None


def _figures(points: Points, index: int | None) -> Figures | None:
    return None if index is None else points.figures([index])[0]


def _judged(points: Points | Point, is_fp32: Mask, budgets: Budgets) -> dict[str, Verdicts]:
    return {
        name: _loss(points, is_fp32, limit)
        if name == "drop"
        else _within(np.asarray(getattr(points, name), np.float64), limit)
        for name, limit in budgets.limits.items()
    }


def _within(values: Floats, limit: float) -> Verdicts:
    found = np.where(values <= limit, Verdict.MET, Verdict.NOT_MET)
    return np.where(np.isfinite(values), found, Verdict.UNDECIDED).astype(np.int8)


def _loss(points: Points | Point, is_fp32: Mask, limit: float) -> Verdicts:
    low, high = np.asarray(points.drop_low), np.asarray(points.drop_high)
    found = np.where(low > limit, Verdict.NOT_MET, Verdict.UNDECIDED)
    return np.where(is_fp32 | (high <= limit), Verdict.MET, found).astype(np.int8)
