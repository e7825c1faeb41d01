"""The answer: of the points within the budgets the one that what matters most asks for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np

from quant.budgets import Recommendation, Verdict, recommend, verdicts
from quant.point import Figures
from quant.points import Floats, Indices, Mask, Points
from quant.present.asked import ACCURACY, BATTERY, PRIORITIES, SIZE, SPEED, Asked

MOST = 40  # points whose layers are read to know their energy
AS_GOOD = 1.02  # times the least cost, or less, is as good: a fiftieth decides nothing
AS_SURE = 0.0001  # and of accuracy a hundredth of a point
Energy = Callable[[Figures], float | None]  # modelled millijoules of one picture


class Status(Enum):
    """How far the measurements decide."""

    EMPTY = "nothing is measured"
    MET = "met"
    UNDECIDED = "undecided"
    NONE = "nothing is within the budgets"


@dataclass(frozen=True, slots=True)
class Answer:
    """`point` is the one that is recommended; where none is sure to stay within the budgets, the
    one that may; else None. `beside` counts what stood beside it, and `others` are the answers to
    the other priorities, by name."""

    status: Status
    point: Figures | None
    beside: Recommendation
    others: dict[str, Figures]


def answer(points: Points, asked: Asked, energy: Energy) -> Answer:
    """Of one model's points, on one machine and runtime.

    Anything quantised comes before FP32: that one stays where it alone is within the budgets.
    """
    beside = recommend(points, asked.limits)
    found = verdicts(points, asked.limits)
    for status, verdict in ((Status.MET, Verdict.MET), (Status.UNDECIDED, Verdict.UNDECIDED)):
        among = _quantised_first(points, found == verdict)
        if len(among):
            chosen = best(among, asked.matters, energy)
            others = {
                name: best(among, name, energy) for name in PRIORITIES if name != asked.matters
            }
            return Answer(status, chosen, beside, others if status is Status.MET else {})
    return Answer(Status.NONE if len(points) else Status.EMPTY, None, beside, {})


def best(among: Points, matters: str, energy: Energy) -> Figures:
    """The one that this priority asks for. Of those that are as good, the smaller is taken, then
    the faster, then the more accurate one; where size matters most, the faster first."""
    ratio = np.where(
        np.isfinite(among.latency_ratio),
        among.latency_ratio,
        among.latency_ms / among.fp32_latency_ms,
    )
    size, time = _or_last(among.size_bytes), _or_last(ratio)
    rest = (-among.accuracy, size, time) if matters == SIZE else (-among.accuracy, time, size)
    costs = {
        # What it loses at most: the end of the interval does not reward a lucky draw.
        ACCURACY: lambda: _or_last(among.drop_high),
        SIZE: lambda: size,
        SPEED: lambda: time,
        BATTERY: lambda: _energies(among, np.lexsort(rest)[:MOST], energy),
    }
    first = costs[matters]()
    least = float(first.min())
    worse = first > max(AS_GOOD * least, least + AS_SURE if matters == ACCURACY else least)
    (chosen,) = among.figures(np.lexsort((*rest, worse))[:1])
    return chosen


def without(points: Points, asked: Asked, name: str, energy: Energy) -> Figures | None:
    """What it would be if one budget were lifted, where something is then within the others."""
    found = answer(points, replace(asked, budgets=asked.budgets.without(name)), energy)
    return found.point if found.status is Status.MET else None


def _quantised_first(points: Points, mask: Mask) -> Points:
    quantised = mask & ~points.is_fp32
    return points.take(quantised if quantised.any() else mask)


def _energies(among: Points, read: Indices, energy: Energy) -> Floats:
    found = np.full(len(among), np.inf)
    for row, one in zip(read, among.figures(read), strict=True):
        known = energy(one)
        found[row] = np.inf if known is None else known
    return found


def _or_last(values: Floats) -> Floats:
    return np.where(np.isfinite(values), values, np.inf)
