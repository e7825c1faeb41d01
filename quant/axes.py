"""What can be drawn along an axis: its values, interval, scale, range and ticks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import floor, isfinite, log10
from typing import NamedTuple

from quant.records import Measurement

Reading = tuple[float, float, float]  # middle, low, high
FOCUS = 4.0  # percentage points below the best that an accuracy axis shows; the rest sits below
STEPS = ((1, 2, 5), (1, 1.5, 2, 3, 5, 7), (1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 8, 9))


class Axis(NamedTuple):
    """One quantity. `budget` is the field of Budgets that limits it, or empty."""

    name: str
    title: str
    reading: Callable[[Measurement], Reading]
    budget: str
    log: bool = True


AXES = {
    "size": Axis(
        "size",
        "size, MB",
        lambda m: (m.size_bytes / 1e6,) * 3,
        "size_bytes",
    ),
    "latency": Axis(
        "latency",
        "latency, ms",
        lambda m: (m.latency_ms, m.latency_low_ms, m.latency_high_ms),
        "latency_ms",
    ),
    "accuracy": Axis(
        "accuracy",
        "accuracy, %",
        lambda m: (m.accuracy * 100, m.accuracy_low * 100, m.accuracy_high * 100),
        "drop",
        log=False,
    ),
}
X_AXES = ("size", "latency")
Y_AXES = ("accuracy", "latency", "size")


class Span(NamedTuple):
    """The visible part of an axis, in its own unit."""

    low: float
    high: float
    log: bool

    @property
    def range(self) -> list[float]:
        """As Plotly wants it: logarithms on a logarithmic axis."""
        return [log10(self.low), log10(self.high)] if self.log else [self.low, self.high]

    def share(self, value: float) -> float:
        """Where a value lies, 0 to 1."""
        low, high = self.range
        return ((log10(value) if self.log else value) - low) / (high - low)


def span(axis: Axis, points: Sequence[Measurement]) -> Span:
    """A range with room around the points; points far below the best accuracy are left out."""
    values = [value for point in points for value in axis.reading(point) if drawable(axis, value)]
    if not values:
        return Span(0.1, 1.0, axis.log) if axis.log else Span(0.0, 100.0, axis.log)
    if axis.log:
        room = max((max(values) / min(values)) ** 0.12, 1.15)
        return Span(min(values) / room, max(values) * room, log=True)
    best = max(axis.reading(point)[0] for point in points if drawable(axis, axis.reading(point)[0]))
    low = min(value for value in values if value >= best - FOCUS)
    room = max(0.1 * (max(values) - low), 0.2)
    return Span(low - 1.6 * room, max(values) + room, log=False)


def drawable(axis: Axis, value: float) -> bool:
    return isfinite(value) and (value > 0 or not axis.log)


def ticks(visible: Span) -> list[float]:
    """Round values inside a logarithmic range: at least three where steps allow."""
    found: list[float] = []
    for steps in STEPS:
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
