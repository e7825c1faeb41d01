"""What the 3-D view shows before it is drawn: points within three axes, and their front."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians, sin

from quant.axes import AXES, SPACE, Axis
from quant.budgets import Budgets
from quant.point import Point
from quant.scene import beyond_budgets, on_front, within
from quant.spans import Span, beyond, edge, span

ASPECT = (1.2, 1.2, 0.85)
TURN, RISE = radians(-58), radians(22)  # where the camera stands at first
ACROSS = 1.9  # how much of the scene's own unit a chart is wide, roughly
Spot = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Room:
    """`best` are the ids on the front of all three axes, `outside` those beyond the budgets."""

    axes: tuple[Axis, ...]
    spans: tuple[Span, ...]
    shown: tuple[Point, ...]
    best: frozenset[str]
    outside: frozenset[str]
    models: tuple[str, ...]
    chosen: str

    @classmethod
    def of(cls, points: Sequence[Point], budgets: Budgets, chosen: str) -> Room:
        """Points without a number on one of the axes are left out."""
        axes = tuple(AXES[name] for name in SPACE)
        shown = within(points, axes)
        return cls(
            axes,
            tuple(span(axis, shown) for axis in axes),
            shown,
            on_front(shown, SPACE),
            beyond_budgets(shown, budgets),
            tuple(dict.fromkeys(point.workload for point in shown)),
            chosen,
        )

    def spot(self, point: Point) -> Spot:
        """What lies beyond an axis is drawn at its edge."""
        x, y, z = map(_drawn, self.axes, self.spans, (point,) * 3)
        return x, y, z

    def is_dim(self, point: Point) -> bool:
        """Dominated, or outside the budgets; the baseline never."""
        if point.recipe.is_fp32:
            return False
        return point.id not in self.best or point.id in self.outside

    def seen(self, point: Point) -> tuple[float, float]:
        """Where the first camera sees a point, as shares of the chart, roughly."""
        x, y, z = (
            (visible.share(value) - 0.5) * size
            for value, visible, size in zip(self.spot(point), self.spans, ASPECT, strict=True)
        )
        right = -sin(TURN) * x + cos(TURN) * y
        up = cos(RISE) * z - sin(RISE) * (cos(TURN) * x + sin(TURN) * y)
        return 0.5 + right / ACROSS, 0.5 + up / ACROSS


def _drawn(axis: Axis, visible: Span, point: Point) -> float:
    value = axis.reading(point)[0]
    return edge(axis, visible) if beyond(axis, visible, value) else value
