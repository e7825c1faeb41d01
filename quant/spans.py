"""The visible part of an axis: its range, where a value lies on it, and its ticks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import floor, isfinite, log10
from typing import NamedTuple

from quant.axes import Axis
from quant.point import Point

FOCUS = 4.0  # percentage points from the best that a focused axis shows
EDGE = 0.05  # share of the axis, at its bad end, where the rest is drawn
STEPS = ((1, 2, 5), (1, 1.5, 2, 3, 5, 7), (1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 8, 9))


class Span(NamedTuple):
    """The visible part of an axis, in its own unit. `flipped` has its low end on top."""

    low: float
    high: float
    log: bool
    flipped: bool = False

    @property
    def range(self) -> list[float]:
        """As Plotly wants it: logarithms on a logarithmic axis, the higher first when flipped."""
        ends = [log10(self.low), log10(self.high)] if self.log else [self.low, self.high]
        return ends[::-1] if self.flipped else ends

    def share(self, value: float) -> float:
        """Where a value lies, 0 to 1 from left or bottom."""
        first, last = self.range
        return ((log10(value) if self.log else value) - first) / (last - first)


def span(axis: Axis, points: Sequence[Point], *, upright: bool = False) -> Span:
    """A range with room around the points; an upright focused axis has its good end on top."""
    values = [value for point in points for value in axis.reading(point) if drawable(axis, value)]
    flipped = upright and axis.focused and not axis.more
    if not values:
        return Span(0.1, 1.0, log=True) if axis.log else Span(0.0, 100.0, False, flipped)
    if axis.log:
        room = max((max(values) / min(values)) ** 0.12, 1.15)
        return Span(min(values) / room, max(values) * room, log=True)
    low, high = min(values), max(values)
    if axis.focused and axis.more:
        least = min(_bests(axis, points)) - FOCUS
        low = min(value for value in values if value >= least)
    elif axis.focused:
        most = max(_bests(axis, points)) + FOCUS
        high = max(value for value in values if value <= most)
    room = max(0.1 * (high - low), 0.2)
    bad, good = (1.6 * room, room) if axis.more else (room, 1.6 * room)
    return Span(low - bad, high + good, False, flipped)


def _bests(axis: Axis, points: Sequence[Point]) -> list[float]:
    """The best of each model: all of them are to be seen."""
    found: dict[str, float] = {}
    pick = max if axis.more else min
    for point in points:
        value = axis.reading(point)[0]
        if drawable(axis, value):
            found[point.workload] = pick(value, found.get(point.workload, value))
    return list(found.values())


def edge(axis: Axis, visible: Span) -> float:
    """Where points are drawn that lie beyond the bad end of a focused axis."""
    width = EDGE * (visible.high - visible.low)
    return visible.low + width if axis.more else visible.high - width


def beyond(axis: Axis, visible: Span, value: float) -> bool:
    """Whether a value is worse than a focused axis shows."""
    if not axis.focused:
        return False
    end = edge(axis, visible)
    return value < end if axis.more else value > end


def drawable(axis: Axis, value: float) -> bool:
    return isfinite(value) and (value > 0 or not axis.log)


def ticks(visible: Span, given: Sequence[float] = ()) -> list[float]:
    """Round values inside a logarithmic range: at least three where steps allow."""
    found = [value for value in given if visible.low <= value <= visible.high]
    for steps in STEPS if not given else ():
        found = list(_stepped(visible, steps))
        if len(found) >= 3:
            break
    return found


def _stepped(visible: Span, steps: Iterable[float]) -> Iterable[float]:
    for power in range(floor(log10(visible.low)), floor(log10(visible.high)) + 1):
        for step in steps:
            value = step * 10.0**power
            if visible.low <= value <= visible.high:
                yield value
