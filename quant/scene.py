"""What a chart shows before it is drawn: the points, their front, two axes and their spans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quant import pareto
from quant.axes import AXES, Axis, Span, drawable, span
from quant.budgets import Budgets, Verdict, verdict
from quant.records import Measurement

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Scene:
    """`best` are the ids of the front along the two axes; `chosen` is one id, or empty."""

    shown: tuple[Measurement, ...]
    best: frozenset[str]
    across: Axis
    up: Axis
    wide: Span
    high: Span
    budgets: Budgets
    chosen: str

    @classmethod
    def of(
        cls, points: Sequence[Measurement], x: str, y: str, budgets: Budgets, chosen: str
    ) -> Scene:
        """Points without a number on either axis are left out."""
        across, up = AXES[x], AXES[y]
        shown = tuple(
            point
            for point in points
            if all(drawable(axis, axis.reading(point)[0]) for axis in (across, up))
        )
        best = frozenset(point.id for point in pareto.front(shown, (x, y)))
        return cls(shown, best, across, up, span(across, shown), span(up, shown), budgets, chosen)

    @property
    def floor(self) -> float:
        """Where points are drawn that lie below what is visible."""
        if self.high.log:
            return self.high.low
        return self.high.low + 0.05 * (self.high.high - self.high.low)

    def is_sunk(self, point: Measurement) -> bool:
        """Whether a point lies below what is visible."""
        return self.up.reading(point)[0] < self.floor

    def is_dim(self, point: Measurement) -> bool:
        """Dominated, or outside the budgets; the baseline never."""
        if point.recipe.is_fp32:
            return False
        return point.id not in self.best or verdict(point, self.budgets) is Verdict.NOT_MET

    def spots(self, points: Sequence[Measurement]) -> dict[str, Floats]:
        """Where points are drawn, as Plotly's x and y."""
        x = [self.across.reading(point)[0] for point in points]
        y = [max(self.up.reading(point)[0], self.floor) for point in points]
        return {"x": np.array(x, np.float32), "y": np.array(y, np.float32)}

    def share(self, point: Measurement) -> tuple[float, float]:
        """Where a point is drawn, as shares of the chart."""
        x, y = self.across.reading(point)[0], max(self.up.reading(point)[0], self.floor)
        return self.wide.share(x), self.high.share(y)

    def bars(self, points: Sequence[Measurement], colour: str) -> dict[str, Any]:
        """Error bars along both axes; none upwards for a point that is sunk."""
        return {
            "error_x": _bars([self.across.reading(point) for point in points], colour),
            "error_y": _bars([self._above(point) for point in points], colour),
        }

    def _above(self, point: Measurement) -> tuple[float, float, float]:
        return (self.floor,) * 3 if self.is_sunk(point) else self.up.reading(point)

    def limit(self, axis: Axis) -> float | None:
        """The budget along an axis in its unit, where it is set and visible."""
        value = self.budgets.limits.get(axis.budget)
        if value is None or not self.shown:
            return None
        if axis.budget == "drop":
            value = (self.shown[0].fp32_accuracy - value) * 100
        elif axis.budget == "size_bytes":
            value /= 1e6
        visible = self.wide if axis is self.across else self.high
        return value if visible.low < value < visible.high else None


def _bars(readings: Sequence[tuple[float, float, float]], colour: str) -> dict[str, Any]:
    middle, low, high = np.nan_to_num(np.array(readings, np.float32)).T
    return {
        "array": np.maximum(high - middle, 0),
        "arrayminus": np.maximum(middle - low, 0),
        "visible": bool(np.any(high > low)),
        "color": colour,
        "thickness": 1.2,
        "width": 0,
    }
