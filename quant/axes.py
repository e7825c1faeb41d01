"""What can be drawn along an axis: its values, interval, direction and ticks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from quant import metric
from quant.point import Point, weight_bits
from quant.recipe import WEIGHT_BITS

Reading = tuple[float, float, float]  # middle, low, high


class Axis(NamedTuple):
    """One quantity.

    `budget` is the field of Budgets that limits it, or empty. `more` is whether more of it is
    better. A `focused` axis shows what is near the best; the rest lies at its edge.
    """

    name: str
    title: str
    reading: Callable[[Point], Reading]
    budget: str = ""
    more: bool = False
    log: bool = False
    focused: bool = False
    unit: str = ""
    ticks: tuple[float, ...] = ()


def titled(axis: Axis, points: Iterable[Point]) -> str:
    """An axis's title, which says of how many pictures a latency is, and what an accuracy is."""
    listed = list(points)
    if axis.name == "accuracy" and listed:
        return metric.titled(listed[0].metric, axis.title)
    batch = max((point.batch for point in listed), default=1) if axis.name == "latency" else 1
    return axis.title if batch == 1 else f"latency of a batch of {batch}, ms"


def _share(value: float) -> Reading:
    return (value * 100,) * 3


AXES = {
    axis.name: axis
    for axis in (
        Axis(
            "size",
            "size, MB",
            lambda m: (m.size_bytes / 1e6,) * 3,
            "size_bytes",
            log=True,
            unit="MB",
        ),
        Axis(
            "latency",
            "latency, ms",
            lambda m: (m.latency_ms, m.latency_low_ms, m.latency_high_ms),
            "latency_ms",
            log=True,
            unit="ms",
        ),
        Axis(
            "accuracy",
            "accuracy, %",
            lambda m: (m.accuracy * 100, m.accuracy_low * 100, m.accuracy_high * 100),
            "drop",
            more=True,
            focused=True,
            unit="%",
        ),
        Axis(
            "loss",
            "loss against FP32, pp",
            lambda m: (m.drop * 100, m.drop_low * 100, m.drop_high * 100),
            "drop",
            focused=True,
            unit="pp",
        ),
        Axis(
            "changed answers",
            "answers other than FP32's, %",
            lambda m: _share(m.flips / m.n),
            focused=True,
            unit="%",
        ),
        Axis(
            "weight bits",
            "weight bits",
            lambda m: (weight_bits(m),) * 3,
            log=True,
            unit="bits",
            ticks=tuple(map(float, WEIGHT_BITS)),
        ),
    )
}
# The same quantities, so that the two axes can be swapped.
X_AXES = ("size", "latency", "weight bits", "accuracy", "loss", "changed answers")
Y_AXES = ("accuracy", "loss", "changed answers", "latency", "size", "weight bits")
SPACE = ("size", "latency", "accuracy")  # of the 3-D view
