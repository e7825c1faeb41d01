"""The sidebar: which network, rounded how, run where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.workload import Workload
from pages.parts import cache, controls, links, models, place, view
from quant import auto
from quant.bits import state
from quant.pareto import Ground
from quant.points import Points
from quant.recipe import Recipe
from quant.timing import Timing

NAMES = ("model", "method", "ranges", "runtime", "batch", "threads")


def allowed() -> dict[str, Sequence[str]]:
    """What each of the controls offers."""
    offered = controls.allowed()
    return {name: offered[name] for name in NAMES}


@dataclass(frozen=True, slots=True)
class Asked:
    """`data` is a folder of pictures on this machine, or None; `ground` is where the measured
    points beside the predictions are from, None where there are none."""

    workload: Workload
    method: str
    ranges: str
    runtime: str
    data: str | None
    timing: Timing
    ground: Ground | None

    @property
    def name(self) -> str:
        return self.workload.name

    @property
    def lacks_data(self) -> bool:
        return bool(self.workload.needs_data) and not self.data

    @property
    def measured(self) -> Points:
        """What is measured of the network there."""
        if self.ground is None:
            return Points.of(())
        return cache.selection(self.name, (), self.ground, view.EVERYTHING).own

    def resolved(self, recipe: Recipe) -> str:
        """The method by name: `auto` picks by the narrowest layer."""
        if self.method != auto.AUTO:
            return self.method
        return auto.choose_for(self.workload, recipe).method


def ask() -> Asked:
    """The controls, filled from the link."""
    chosen = models.box(_forget)
    data = models.pictures(chosen) if chosen.needs_data else None
    method, ranges = controls.how()
    runtime = controls.runtime()
    timing = controls.timing()
    ground = place.ground(chosen.name, (), "", timing, runtime)
    return Asked(chosen, method, ranges, runtime, data, timing, ground)


def _forget() -> None:
    """Another network has other layers."""
    for name in (*state.NAMES, links.GROUND, links.POINT):
        links.choose(name, "")
