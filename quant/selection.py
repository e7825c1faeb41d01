"""What is shown at once: points after filters, and the answers that a page asks about them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from threading import RLock
from typing import Any, NamedTuple

import numpy as np

from quant import pareto
from quant.axes import AXES
from quant.beside import Compared, Right, compare
from quant.budgets import Budgets, Recommendation, Verdict, recommend, verdicts
from quant.dominance import Costs
from quant.draws import Draws, draws, is_first
from quant.pareto import OBJECTIVES
from quant.point import Figures, mark
from quant.points import Mask, Points
from quant.recipe import Recipe
from quant.spread import nearest, thinned

KEPT = 64  # answers that a selection remembers
MOST_ROWS = 300  # of a table, and of points that are compared at once


@dataclass(frozen=True, slots=True)
class Filters:
    """What is let through; an empty set lets all through, and FP32 always stays."""

    methods: frozenset[str] = frozenset()
    weights: frozenset[int] = frozenset()
    activations: frozenset[int] = frozenset()

    def mask(self, points: Points) -> Mask:
        found = np.ones(len(points), np.bool_)
        for column, allowed in (
            (points.method, self.methods),
            (points.weights, self.weights),
            (points.activations, self.activations),
        ):
            if allowed:
                found &= np.logical_or.reduce([column == value for value in allowed])
        return found | points.is_fp32


class Drawn(NamedTuple):
    """Points to draw, and how many more there are that are not."""

    points: tuple[Figures, ...]
    left_out: int


class Rows(NamedTuple):
    """Points for a table, FP32 first, then the front, each from the largest on, with whether they
    are on it and what they are to the budgets; and how many more there are."""

    points: tuple[Figures, ...]
    best: tuple[bool, ...]
    verdicts: tuple[Verdict, ...]
    left_out: int


class Selection:
    """Points that are compared, and answers about them, each worked out once for all who ask.

    `own` are the points of the model that is looked at, `whole` all points before filters, and
    `absent` the models asked for that have no point on this machine and runtime. Of calibration
    draws of one recipe only the first is among `points` and `own`.
    """

    def __init__(
        self, own: Points, others: Sequence[Points], filters: Filters, absent: tuple[str, ...] = ()
    ) -> None:
        self.whole = Points.joined([own, *others])
        self.points = self.whole.take(filters.mask(self.whole) & is_first(self.whole))
        self.own = own.take(filters.mask(own) & is_first(own))
        self.absent = absent
        self._recipes = {
            one if isinstance(one, str) else one.canonical for one in own.recipe.tolist()
        }
        self._answers: dict[Any, Any] = {}
        self._lock = RLock()

    def measured(self, recipes: Iterable[Recipe]) -> frozenset[Recipe]:
        """Those of these recipes that have a point of the model that is looked at, filtered out
        or not."""
        return frozenset(recipe for recipe in recipes if recipe.canonical in self._recipes)

    def best(self, axes: Sequence[str] = OBJECTIVES) -> Mask:
        """Which of `points` nothing on the same pictures dominates along these axes."""
        mask: Mask = self._once(("best", *axes), lambda: pareto.best(self.points, axes))
        return mask

    def recommendation(self, budgets: Budgets) -> Recommendation:
        """Of the model that is looked at."""
        found: Recommendation = self._once(budgets, lambda: recommend(self.own, budgets))
        return found

    @property
    def draws(self) -> dict[str, Draws]:
        """Of recipes with several calibration seeds, by the id of the first."""
        found: dict[str, Draws] = self._once("draws", lambda: draws(self.whole))
        return found

    def compared(
        self, budgets: Budgets, most: int, right: Right, named: Sequence[str] = ()
    ) -> Compared:
        """What `rows` lists, beside the recommended point and beside FP32; `right` tells which
        pictures each has right."""
        best = self.recommendation(budgets).point
        names = frozenset((*named, best.id) if best else named)

        def answer() -> Compared:
            shown = self._once(("rows", most), lambda: self._rows(most))
            marks = [mark(name) for name in {*names, *(one.id for one in shown)}]
            listed = np.isin(self.whole.marks, np.array(marks, np.uint64))
            return compare(self.whole.take(listed), best, right)

        found: Compared = self._once(("compared", best and best.id, most, names), answer)
        return found

    def drawn(
        self, axes: Sequence[str], *, dominated: bool, most: int, named: Sequence[str] = ()
    ) -> Drawn:
        """The front along two or three axes, FP32, the points named by id, and if asked those
        that are dominated, nearest to the front first; at most `most`, but for FP32 and named.

        Points without a number on an axis are left out.
        """
        key = ("drawn", *axes, dominated, most)
        found: Drawn = self._once(key, lambda: self._drawn(axes, dominated, most))
        return Drawn((*found.points, *self._missing(found.points, named)), found.left_out)

    def rows(self, most: int, budgets: Budgets, named: Sequence[str] = ()) -> Rows:
        """The points of a table; those named by id are among them."""
        shown: tuple[Figures, ...] = self._once(("rows", most), lambda: self._rows(most))
        shown = (*shown, *self._missing(shown, named))
        best = self.best()
        at = Points.of(shown)
        on_front = np.isin(at.marks, self.points.marks[best])
        return Rows(
            shown,
            tuple(on_front.tolist()),
            tuple(Verdict(one) for one in verdicts(at, budgets).tolist()),
            max(0, len(self.points) - len(shown)),
        )

    def _drawn(self, axes: Sequence[str], dominated: bool, most: int) -> Drawn:
        prices = _as_drawn(pareto.costs(self.points, axes), axes)
        drawable = np.isfinite(prices).all(axis=1)
        front = self.best(axes) & drawable
        baseline = self.points.is_fp32 & drawable
        kept = [np.flatnonzero(baseline), thinned(prices, np.flatnonzero(front & ~baseline), most)]
        rest = drawable & ~front & ~baseline
        room = most - len(kept[1])
        if dominated and room > 0:
            kept.append(nearest(prices, front, rest, room))
        wanted = int(drawable.sum() if dominated else (front | baseline).sum())
        chosen = np.concatenate(kept)
        return Drawn(self.points.figures(chosen), wanted - len(chosen))

    def _rows(self, most: int) -> tuple[Figures, ...]:
        points, best = self.points, self.best()
        first = best | points.is_fp32
        kept = np.flatnonzero(first)
        prices = _as_drawn(pareto.costs(points), OBJECTIVES)
        if len(kept) > most:
            kept = thinned(prices, kept, most)
        elif len(kept) < len(points):
            kept = np.append(kept, nearest(prices, best, ~first, most - len(kept)))
        order = np.lexsort((-points.size_bytes[kept], ~best[kept], ~points.is_fp32[kept]))
        return points.figures(kept[order])

    def _missing(self, shown: Sequence[Figures], named: Sequence[str]) -> tuple[Figures, ...]:
        there = {point.id for point in shown}
        found = [self.whole.index_of(name) for name in dict.fromkeys(named) if name not in there]
        return self.whole.figures([index for index in found if index is not None])

    def _once(self, key: Any, make: Callable[[], Any]) -> Any:
        with self._lock:
            if key not in self._answers:
                if len(self._answers) >= KEPT:
                    self._answers.clear()
                self._answers[key] = make()
            return self._answers[key]


def _as_drawn(costs: Costs, axes: Sequence[str]) -> Costs:
    """Logarithms where the axis has a logarithmic scale."""
    with np.errstate(divide="ignore", invalid="ignore"):
        columns = [
            np.log10(column) if AXES[name].log else column
            for name, column in zip(axes, costs.T, strict=True)
        ]
    return np.stack(columns, axis=1)
