"""On which machine and runtime, on which pictures, and how the shown points were timed."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

import streamlit as st

from pages.parts import cache, links
from quant import grounds
from quant.pareto import Ground
from quant.runtimes import CHOICES, choice_of
from quant.settings import settings
from quant.timing import Timing


def ground(
    workload: str,
    beside: Sequence[str],
    point: str,
    timing: Timing,
    runtime: str | None = None,
) -> Ground | None:
    """That of the link, or of the point that it names, or of what was measured last; with a
    selector, where the store holds several: a front belongs to one of them, and to one batch and
    number of threads.

    Args:
        runtime: what is asked for, unless the link names something else; any, if None.
    """
    known = cache.places(workload)
    ordered = sorted(known, key=known.__getitem__)
    spots = tuple(dict.fromkeys(one.spot for one in known))
    tokens = {token(one): one for one in spots}
    shown = tokens.get(links.chosen(links.GROUND)) or _holder([workload, *beside], point, spots)
    wanted = choice_of(shown.runtime) if shown else runtime
    if wanted in CHOICES:
        there = tuple(one for one in spots if choice_of(one.runtime) == wanted)
        # who only looks is shown what there is
        spots = there if there or not is_viewer() else spots
    if not spots:
        return None
    spot = next(one.spot for one in reversed(ordered) if one.spot in spots)
    if len(spots) > 1:
        tokens = {key: one for key, one in tokens.items() if one in spots}
        spot = _select(workload, tokens, shown or spot)
    elif shown:
        spot = shown
    return grounds.at(ordered, spot, timing.batch, timing.threads, settings().threads)


def is_viewer() -> bool:
    """Whether nothing can be measured here."""
    return cache.store().read_only


def token(ground: Ground) -> str:
    """What stands for a ground in links, whatever it was timed at."""
    return sha256("|".join(map(str, ground[:4])).encode()).hexdigest()[:8]


def _holder(workloads: Sequence[str], point: str, known: Sequence[Ground]) -> Ground | None:
    """Where the named point was measured, or what was measured of the model beside it."""
    for workload in workloads:
        points = cache.columns(workload)
        at = points.index_of(point) if point else None
        if at is None:
            continue
        own = Ground.of(points.places[points.where[at]]).spot
        return next((one for one in known if one[2:] == own[2:]), None) if own not in known else own
    return None


def _select(workload: str, tokens: dict[str, Ground], shown: Ground) -> Ground:
    places = {Ground.of(place).spot: place for place in cache.columns(workload).places}
    names = {
        key: f"{places[one].machine_label} · {one.runtime} · {places[one].data}"
        for key, one in tokens.items()
    }
    st.session_state["ground"] = token(shown)
    picked = st.sidebar.selectbox(
        "Measured on", list(names), format_func=names.get, key="ground", on_change=_keep
    )
    return tokens.get(picked, shown)


def _keep() -> None:
    links.choose(links.GROUND, st.session_state["ground"])
    links.choose(links.POINT, "")
