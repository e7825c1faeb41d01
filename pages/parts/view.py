"""What Explore shows now: the points of one machine and runtime, and which of them is chosen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pages.parts import cache, links, place
from pages.parts.controls import Choice
from pages.parts.shell import escape
from quant import grounds
from quant.beside import Compared
from quant.budgets import Budgets, Recommendation
from quant.draws import Draws
from quant.pareto import Ground
from quant.points import Points
from quant.recipe import Recipe
from quant.records import Measurement
from quant.selection import MOST_ROWS, Drawn, Filters, Rows, Selection
from quant.timing import in_threads

MOST_DRAWN = 300  # dots, so that a chart stays readable and quick to send
EVERYTHING = Filters()


@dataclass(frozen=True, slots=True)
class View:
    """`chosen` is the point that the link names, else the recommended one, else FP32."""

    selection: Selection | None
    budgets: Budgets
    recommendation: Recommendation
    chosen: Measurement | None
    pinned: bool
    complaint: str = ""
    ground: Ground | None = None

    @property
    def points(self) -> Points:
        """All that is shown after filters, of all models; see quant.points."""
        return self.selection.points if self.selection else Points.of(())

    def measured(self, recipes: Iterable[Recipe]) -> frozenset[Recipe]:
        """Those of these recipes that are measured of the model, filtered out or not."""
        return self.selection.measured(recipes) if self.selection else frozenset()

    def filed(self, recipes: Iterable[Recipe]) -> frozenset[Recipe]:
        """Those of these recipes that are measured there at any batch and number of threads."""
        if self.ground is None:
            return frozenset()
        return grounds.filed(cache.columns(self.ground.workload), self.ground, recipes)

    @property
    def is_recommended(self) -> bool:
        best = self.recommendation.point
        return best is not None and self.chosen is not None and best.id == self.chosen.id

    def drawn(self, axes: Sequence[str], *, dominated: bool, also: Sequence[str] = ()) -> Drawn:
        """The points to draw along two or three axes: their front, FP32, the chosen and the
        recommended one, those named `also` by id, and if asked those that are dominated, nearest
        to the front first."""
        if self.selection is None:
            return Drawn((), 0)
        named = (*self._named, *also)
        return self.selection.drawn(axes, dominated=dominated, most=MOST_DRAWN, named=named)

    def rows(self) -> Rows:
        """The points of the table, the chosen one among them."""
        if self.selection is None:
            return Rows((), (), (), 0)
        return self.selection.rows(MOST_ROWS, self.budgets, self._named)

    @property
    def compared(self) -> Compared:
        """The points of the table beside the recommended one, and beside FP32."""
        if self.selection is None:
            return Compared()
        return self.selection.compared(self.budgets, MOST_ROWS, cache.right, self._named)

    @property
    def draws(self) -> Draws | None:
        """The calibration draws that the chosen point is one of, where there are several."""
        if self.selection is None or self.chosen is None:
            return None
        identity = self.chosen.id
        return next((one for one in self.selection.draws.values() if identity in one.ids), None)

    @property
    def _named(self) -> tuple[str, ...]:
        return tuple(one.id for one in (self.chosen, self.recommendation.point) if one is not None)


def of(
    choice: Choice,
    budgets: Budgets,
    filters: Filters = EVERYTHING,
    others: Sequence[str] = (),
) -> View:
    """Read the store and the link. `others` are models to show beside the chosen one."""
    name, named = choice.workload.name, links.chosen(links.POINT)
    beside = tuple(other for other in dict.fromkeys(others) if other != name)
    ground = place.ground(name, beside, named, choice.timing, choice.runtime)
    if ground is None:
        return View(None, budgets, Recommendation(None, 0, 0), None, pinned=False)
    selection = cache.selection(name, beside, ground, filters)
    found = selection.recommendation(budgets)
    at = selection.whole.index_of(named) if named else None
    if at is not None:
        identity = selection.whole.figures([at])[0].id
    else:
        identity = _usual(found, selection.own)
    complaint = _complaint(selection, ground, named if at is None else "")
    chosen = cache.measurement(identity, ground.batch, ground.threads) if identity else None
    return View(selection, budgets, found, chosen, at is not None, complaint, ground)


def _usual(found: Recommendation, points: Points) -> str:
    """The id of the point that is shown where none is asked for."""
    usual = found.point or found.instead or found.doubtful
    if usual is None and len(points):
        (usual,) = points.figures([points.is_fp32.argmax()])
    return usual.id if usual else ""


def _complaint(selection: Selection, ground: Ground, gone: str) -> str:
    """`gone` is the point that the link names where it is not shown, or empty."""
    parts = []
    if gone and cache.columns(ground.workload).index_of(gone) is None:
        parts.append(
            "The link names a point that this store does not hold; see the recommended one."
        )
    elif gone and len(selection.own):
        parts.append(f"The chosen point was not timed {timed_at(ground)}; see the recommended one.")
    if len(selection.whole) and not len(selection.points):
        parts.append("Nothing that is measured passes the filters.")
    if selection.absent:
        parts += _absent(selection, ground)
    return " ".join(parts)


def _absent(selection: Selection, ground: Ground) -> list[str]:
    """Models that were not measured here, those that were, but not timed so, and those that are
    measured by another metric."""
    mine = {one.metric for one in selection.own.used}
    others = {
        name: {one.metric for one in cache.columns(name).used} - mine for name in selection.absent
    }
    apart = [name for name, metrics in others.items() if metrics]
    models = [name for name in selection.absent if name not in apart]
    here = (ground.machine_id, ground.runtime)
    known = {
        name
        for name in models
        if any((one.machine_id, one.runtime) == here for one in cache.columns(name).used)
    }
    told = {
        "Not measured on this machine": [name for name in models if name not in known],
        f"Not timed {timed_at(ground)}": [name for name in models if name in known],
    }
    told["Accuracy and agreement with FP32 do not compare, so not shown"] = apart
    return [f"{what}: {', '.join(map(escape, names))}." for what, names in told.items() if names]


def timed_at(ground: Ground) -> str:
    """`at batch 8 with 2 threads`."""
    return f"at batch {ground.batch} with {in_threads(ground.threads)}"
