"""The measurements that Learn's last picture is made of: which there are, and a button for the
others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from models.workload import WORKLOADS, Workload, known
from pages.parts import cache, measuring, shell, visitor
from pages.parts.learning import state
from pages.parts.view import EVERYTHING
from quant import explain
from quant.errors import BitfrontError
from quant.jobs.estimate import estimate
from quant.jobs.requests import SweepRequest
from quant.jobs.submit import ensure_dispatcher, submit
from quant.learn.answers import WIDTHS, alike, best, families, missing
from quant.pareto import Ground
from quant.point import Figures
from quant.recipe import FLOAT, Recipe
from quant.runtimes import USUAL, choice_of

FIRST = Recipe(8, 8, "mse")  # where nothing is measured: quick, and better than nearest
BEST = "The best file of each width"
FAILED = "learn-failed"


@dataclass(frozen=True, slots=True)
class Stored:
    """`files` are points by width of weights, FP32 as 32. `kind` is BEST or names the family that
    they belong to, of `kinds`; `like` is what a missing width would be measured like."""

    workload: Workload
    ground: Ground | None
    kind: str
    kinds: tuple[str, ...]
    like: Recipe
    files: Mapping[int, Figures]

    @property
    def missing(self) -> tuple[Recipe, ...]:
        return missing(self.files, self.like)


def models() -> tuple[str, ...]:
    """Those that are measured, those that ship first; the first that ships where none is."""
    there = cache.workloads()
    ships = [one.name for one in WORKLOADS if one.name in there]
    rest = [name for name in there if name not in ships and known(name)]
    return (*ships, *rest) or (WORKLOADS[0].name,)


def stored(name: str) -> Stored:
    """What is measured of a model, on the machine and runtime where it was measured last."""
    found = known(name) or WORKLOADS[0]
    places = cache.places(found.name)
    if not places:
        return Stored(found, None, BEST, (BEST,), FIRST, {})
    ground = max(places, key=lambda one: (one.batch == 1, places[one]))
    points = cache.selection(found.name, (), ground, EVERYTHING).own
    every = points.figures(np.flatnonzero(np.isin(points.weights, WIDTHS)))
    likes = {named(one): one for one in families([one.recipe for one in every])}
    kinds = (BEST, *likes)
    kind = state.choice("like", kinds)
    if kind == BEST:
        files = best(every)
    else:
        wanted = alike([one.recipe for one in every], likes[kind])
        files = {one.recipe.weights: one for one in every if one.recipe in wanted.values()}
    files |= {FLOAT: one for one in points.figures(np.flatnonzero(points.is_fp32))}  # noqa: B035
    like = likes[kind] if kind in likes else next(iter(likes.values()), FIRST)
    return Stored(found, ground, kind, kinds, like, files)


def named(like: Recipe) -> str:
    """A family in words: `mse, activations 8`."""
    whole = Recipe(
        8, like.activations, like.method, like.ranges, like.calibration_images, like.seed
    )
    rest = whole.label.partition("·")[2].replace("·", ", ")
    count = f", {like.calibration_images:,} pictures" if like.uses_pictures else ""
    return f"{rest}, activations {like.activations}{count}"


def offer(found: Stored) -> None:
    """A button for the widths that are not measured; who only looks is told so."""
    lacking = found.missing
    if not lacking:
        return
    widths = explain.listed([str(one.weights) for one in lacking])
    if cache.store().read_only:
        st.caption(f"Not measured: {widths} bits. Measuring is off here.")
        return
    if failed := st.session_state.pop(FAILED, ""):
        st.warning(failed, icon=":material/warning:")
    if found.workload.needs_data:
        st.caption(f"Not measured: {widths} bits. Explore measures them, on your pictures.")
        return
    waits = set(lacking) <= measuring.in_hand(found.workload.name)
    expected = None if waits else estimate(cache.store(), found.workload, lacking, None, ())
    time = f" · {explain.duration(expected.seconds)}" if expected else ""
    st.button(
        f"Measuring {widths} bits …" if waits else f"Measure {widths} bits{time}",
        key="learn-measure",
        icon=":material/play_arrow:",
        disabled=waits,
        on_click=_ask,
        args=(found, lacking),
        help="Runs in the background; each width appears here as it is measured.",
    )


def _ask(found: Stored, lacking: Sequence[Recipe]) -> None:
    """A callback: queue them, where the others were measured."""
    runtime = choice_of(found.ground.runtime) if found.ground else USUAL
    try:
        request = SweepRequest(
            found.workload.name, tuple(lacking), runtime=runtime, requested_by=visitor.name()
        )
        submit(cache.store(), request)
        ensure_dispatcher()
    except BitfrontError as exc:
        st.session_state[FAILED] = shell.sentence(exc)
