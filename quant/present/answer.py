"""The answer: of the points within the budgets the one that what matters most asks for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np

from quant.budgets import Recommendation, Verdict, recommend, verdicts
from quant.point import Figures
from quant.points import Floats, Indices, Mask, Points
from quant.present.asked import ACCURACY, BATTERY, PRIORITIES, SPEED, Asked

MOST = 40  # points whose layers are read to know their energy
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
    """The one that this priority asks for; of equals the smaller, then the faster, then the more
    accurate one."""
    ratio = np.where(
        np.isfinite(among.latency_ratio),
        among.latency_ratio,
        among.latency_ms / among.fp32_latency_ms,
    )
    rest = (-among.accuracy, _or_last(ratio), _or_last(among.size_bytes))
    first = _cost(among, matters, ratio, np.lexsort(rest)[:MOST], energy)
    order = np.lexsort(rest if first is None else (*rest, _or_last(first)))
    (chosen,) = among.figures(order[:1])
    return chosen


def without(points: Points, asked: Asked, name: str, energy: Energy) -> Figures | None:
    """What it would be if one budget were lifted, where something is then within the others."""
    found = answer(points, replace(asked, budgets=asked.budgets.without(name)), energy)
    return found.point if found.status is Status.MET else None


def _quantised_first(points: Points, mask: Mask) -> Points:
    quantised = mask & ~points.is_fp32
    return points.take(quantised if quantised.any() else mask)


def _cost(
    among: Points, matters: str, ratio: Floats, read: Indices, energy: Energy
) -> Floats | None:
    """What this priority wants least of; None where size decides alone."""
    if matters == ACCURACY:
        # What it loses at most: the end of the interval does not reward a lucky draw.
        return among.drop_high
    if matters == SPEED:
        return ratio
    return _energies(among, read, energy) if matters == BATTERY else None


def _energies(among: Points, read: Indices, energy: Energy) -> Floats:
    found = np.full(len(among), np.inf)
    for row, one in zip(read, among.figures(read), strict=True):
        known = energy(one)
        # Rounded: files that compute the same differ in nothing but their size.
        found[row] = np.inf if known is None else round(known, 9)
    return found


def _or_last(values: Floats) -> Floats:
    return np.where(np.isfinite(values), values, np.inf)
