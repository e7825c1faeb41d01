"""What a chart shows before it is drawn: the points, their fronts and knees, two axes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quant import pareto
from quant.axes import AXES, Axis, Reading
from quant.beside import Compared
from quant.budgets import Budgets, Verdict, verdicts
from quant.draws import Draws
from quant.knee import knee
from quant.pareto import Ground
from quant.point import Point
from quant.points import Points
from quant.spans import Span, beyond, drawable, edge, span

Floats = NDArray[np.float32]
ALONE = Compared()
NO_DRAWS: Mapping[str, Draws] = {}


@dataclass(frozen=True, slots=True)
class Scene:
    """`best` are the ids on a front along the two axes, `outside` those outside the budgets.

    `fronts` are the same points apart by data, machine and runtime, each ordered along x; `knees`
    are the ids of where they bend most. `chosen` is one id, or empty; `models` are in the order
    in which they appear. `compared` and `draws` are those of the points, by id.
    """

    shown: tuple[Point, ...]
    best: frozenset[str]
    outside: frozenset[str]
    fronts: tuple[tuple[Point, ...], ...]
    knees: frozenset[str]
    across: Axis
    up: Axis
    wide: Span
    high: Span
    budgets: Budgets
    chosen: str
    models: tuple[str, ...]
    compared: Compared
    draws: Mapping[str, Draws]

    @classmethod
    def of(
        cls,
        points: Sequence[Point],
        x: str,
        y: str,
        budgets: Budgets,
        chosen: str = "",
        compared: Compared = ALONE,
        draws: Mapping[str, Draws] = NO_DRAWS,
    ) -> Scene:
        """Points without a number on either axis are left out."""
        across, up = AXES[x], AXES[y]
        shown = within(points, (across, up))
        best = on_front(shown, (x, y))
        wide, high = span(across, shown), span(up, shown, upright=True)
        fronts = _fronts(shown, best, across)
        return cls(
            shown, best, beyond_budgets(shown, budgets), fronts,
            _knees(shown, fronts, (across, wide), (up, high)),
            across, up, wide, high, budgets, chosen,
            tuple(dict.fromkeys(point.workload for point in shown)),
            compared, draws,
        )  # fmt: skip

    def is_sunk(self, point: Point) -> bool:
        """Whether a point lies beyond what is visible."""
        return any(
            beyond(axis, visible, axis.reading(point)[0])
            for axis, visible in ((self.across, self.wide), (self.up, self.high))
        )

    def is_dim(self, point: Point) -> bool:
        """Dominated, or outside the budgets; the baseline never."""
        if point.recipe.is_fp32:
            return False
        return point.id not in self.best or point.id in self.outside

    def spot(self, point: Point) -> tuple[float, float]:
        """Where a point is drawn: at the edge where it lies beyond it."""
        return _drawn(self.across, self.wide, point), _drawn(self.up, self.high, point)

    def spots(self, points: Sequence[Point]) -> dict[str, Floats]:
        """Where points are drawn, as Plotly's x and y."""
        places = np.array([self.spot(point) for point in points], np.float32).reshape(-1, 2)
        return {"x": places[:, 0], "y": places[:, 1]}

    def share(self, point: Point) -> tuple[float, float]:
        """Where a point is drawn, as shares of the chart."""
        x, y = self.spot(point)
        return self.wide.share(x), self.high.share(y)

    def bars(self, points: Sequence[Point], colour: str) -> dict[str, Any]:
        """Error bars along both axes; none along one that the point lies beyond."""
        return {
            "error_x": _bars([_reading(self.across, self.wide, one) for one in points], colour),
            "error_y": _bars([_reading(self.up, self.high, one) for one in points], colour),
        }

    def limit(self, axis: Axis) -> float | None:
        """The budget along an axis in its unit, where it is one for all and visible."""
        visible = self.wide if axis is self.across else self.high
        value = limit(axis, self.budgets, self.shown)
        return value if value is not None and visible.low < value < visible.high else None


def within(points: Sequence[Point], axes: Sequence[Axis]) -> tuple[Point, ...]:
    """The points with a number on every axis."""
    return tuple(
        point for point in points if all(drawable(axis, axis.reading(point)[0]) for axis in axes)
    )


def on_front(points: Sequence[Point], objectives: Sequence[str]) -> frozenset[str]:
    """Ids of what nothing on the same pictures, machine and runtime dominates."""
    mask = pareto.best(Points.of(points), objectives)
    return frozenset(point.id for point, best in zip(points, mask.tolist(), strict=True) if best)


def beyond_budgets(points: Sequence[Point], budgets: Budgets) -> frozenset[str]:
    """Ids of what a budget excludes."""
    found = verdicts(Points.of(points), budgets) == Verdict.NOT_MET
    return frozenset(point.id for point, out in zip(points, found.tolist(), strict=True) if out)


def limit(axis: Axis, budgets: Budgets, points: Sequence[Point]) -> float | None:
    """A budget in the unit of an axis. Lost accuracy is no one accuracy over several baselines."""
    value = budgets.limits.get(axis.budget)
    if value is None:
        return None
    if axis.name == "accuracy":
        baselines = {point.fp32_accuracy for point in points}
        return (baselines.pop() - value) * 100 if len(baselines) == 1 else None
    return {"drop": value * 100, "size_bytes": value / 1e6}.get(axis.budget, value)


def _fronts(
    shown: Sequence[Point], best: frozenset[str], across: Axis
) -> tuple[tuple[Point, ...], ...]:
    groups: dict[tuple[str | int, ...], list[Point]] = {}
    for point in shown:
        if point.id in best:
            groups.setdefault(Ground.of(point)[1:], []).append(point)
    return tuple(tuple(sorted(group, key=across.reading)) for group in groups.values())


def _knees(
    shown: Sequence[Point],
    fronts: Sequence[Sequence[Point]],
    across: tuple[Axis, Span],
    up: tuple[Axis, Span],
) -> frozenset[str]:
    def costs(points: Iterable[Point]) -> list[tuple[float, float]]:
        return [(_cost(*across, point), _cost(*up, point)) for point in points]

    found = []
    for front in fronts:
        ground = Ground.of(front[0])[1:]
        baselines = [p for p in shown if p.recipe.is_fp32 and Ground.of(p)[1:] == ground]
        at = knee(costs(front), costs(baselines))
        found += [] if at is None else [front[at].id]
    return frozenset(found)


def _cost(axis: Axis, visible: Span, point: Point) -> float:
    """As far from the good end as it is drawn."""
    share = visible.share(_drawn(axis, visible, point))
    return -share if axis.more or visible.flipped else share


def _drawn(axis: Axis, visible: Span, point: Point) -> float:
    value = axis.reading(point)[0]
    return edge(axis, visible) if beyond(axis, visible, value) else value


def _reading(axis: Axis, visible: Span, point: Point) -> Reading:
    reading = axis.reading(point)
    return (edge(axis, visible),) * 3 if beyond(axis, visible, reading[0]) else reading


def _bars(readings: Sequence[Reading], colour: str) -> dict[str, Any]:
    middle, low, high = np.nan_to_num(np.array(readings, np.float32)).T
    return {
        "array": np.maximum(high - middle, 0),
        "arrayminus": np.maximum(middle - low, 0),
        "visible": bool(np.any(high > low)),
        "color": colour,
        "thickness": 1.2,
        "width": 0,
    }
