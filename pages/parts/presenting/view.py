"""What is measured of the model that is presented: on one machine and runtime, and the answer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from pages.parts import cache, links, place
from pages.parts.presenting.state import State
from pages.parts.view import EVERYTHING
from quant.beside import Compared
from quant.devices.checked import DOCUMENTED, Check
from quant.devices.energy import millijoules
from quant.devices.nearby import held_against
from quant.devices.work import work
from quant.draws import Draws
from quant.pareto import Ground
from quant.point import Figures
from quant.points import Points
from quant.present.answer import Answer, Energy, answer
from quant.records import Measurement
from quant.selection import MOST_ROWS, Selection

MOST_DRAWN = 80


@dataclass(frozen=True, slots=True)
class Seen:
    """`selection` is None where nothing is measured."""

    state: State
    selection: Selection | None
    ground: Ground | None
    answer: Answer

    @property
    def points(self) -> Points:
        return self.selection.own if self.selection else Points.of(())

    @property
    def chosen(self) -> Measurement | None:
        """The answer with its layers."""
        if self.answer.point is None or self.ground is None:
            return None
        return _measurement(self.ground, self.answer.point)

    @property
    def compared(self) -> Compared | None:
        """Points beside the answer, where it is also what Explore recommends, and beside FP32."""
        if self.selection is None:
            return None
        named = () if self.answer.point is None else (self.answer.point.id,)
        limits = self.state.asked.limits
        return self.selection.compared(limits, MOST_ROWS, cache.right, named)

    @property
    def draws(self) -> Draws | None:
        if self.selection is None or self.answer.point is None:
            return None
        return self.selection.draws.get(self.answer.point.id)

    @property
    def drawn(self) -> tuple[Figures, ...]:
        """For the figure: the front first, and the answer."""
        if self.selection is None:
            return ()
        named = () if self.answer.point is None else (self.answer.point.id,)
        axes = ("size", "accuracy")
        found = self.selection.drawn(axes, dominated=True, most=MOST_DRAWN, named=named)
        return found.points

    @property
    def energy(self) -> Energy:
        """Modelled millijoules of a point."""
        return partial(_energy, self.ground)


def of(state: State) -> Seen:
    """Read the store."""
    ground = _ground(state)
    selection = None
    if ground is not None:
        selection = cache.selection(state.workload.name, (), ground, EVERYTHING)
    points = selection.own if selection else Points.of(())
    return Seen(state, selection, ground, answer(points, state.asked, partial(_energy, ground)))


def spots(state: State) -> dict[str, Ground]:
    """Where the model was measured, by what stands for it in links."""
    return {place.token(one): one for one in cache.places(state.workload.name)}


def error(ground: Ground) -> Check | None:
    """The model of devices held against this machine; None before its peaks were measured."""
    found: Check | None = cache.drawn(("device model", ground[2:]), lambda: _checked(ground))
    return found


def usable(found: Check | None) -> Check:
    """For the ends of modelled figures: of few networks is no range, so never narrower than what
    is documented."""
    return DOCUMENTED if found is None else found.widened(DOCUMENTED)


def _ground(state: State) -> Ground | None:
    """That of the link, else what was measured last; one picture at a time, where there is such."""
    known = cache.places(state.workload.name)
    wanted = links.chosen(links.GROUND)
    among = [one for one in known if place.token(one) == wanted] or list(known)
    if not among:
        return None
    return max(among, key=lambda one: (one.batch == 1, known[one]))


def _measurement(ground: Ground, point: Figures) -> Measurement | None:
    return cache.measurement(point.id, ground.batch, ground.threads)


def _energy(ground: Ground | None, point: Figures) -> float | None:
    found = _measurement(ground, point) if ground else None
    if found is None:
        return None
    layers = work(found.outcomes)
    return millijoules(layers) if layers.steps else None


def _checked(ground: Ground) -> Check | None:
    return held_against(ground, cache.workloads(), cache.columns, cache.measurement)
