"""What is measured of the model that is presented: on one machine and runtime, and the answer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from pages.parts import cache, links, place
from pages.parts.presenting.state import State
from pages.parts.view import EVERYTHING
from quant.beside import Compared
from quant.devices.checked import DOCUMENTED, Check, checked
from quant.devices.energy import millijoules
from quant.devices.work import work
from quant.draws import Draws
from quant.pareto import Ground
from quant.point import Figures
from quant.points import Place, Points
from quant.present.answer import Answer, Energy, answer
from quant.records import Measurement
from quant.selection import MOST_ROWS, Selection

MOST_DRAWN = 80
CHECKED_OF_EACH, CHECKED_MODELS = 6, 12  # files and models that the device model is held against


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
    """A few files of each of some models that were measured on this machine and runtime, from the
    smallest to the largest."""
    found = []
    for name in cache.workloads()[:CHECKED_MODELS]:
        points = cache.columns(name)
        here = points.take(points.at(one for one in points.places if _is_beside(one, ground)))
        order = np.argsort(here.size_bytes)
        few = np.linspace(0, len(order) - 1, min(len(order), CHECKED_OF_EACH)).astype(np.intp)
        found += [
            cache.measurement(one.id, one.batch, one.threads) for one in here.figures(order[few])
        ]
    return checked(one for one in found if one is not None)


def _is_beside(place: Place, ground: Ground) -> bool:
    """On the same machine and runtime, at the same batch and threads."""
    return Ground.of(place)[2:] == ground[2:]
