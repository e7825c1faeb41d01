"""Which points are compared: those of the link, or FP32 and the recommended one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from models.workload import Workload
from pages.parts import cache, controls, links, models, place, terms, view
from quant import explain
from quant.budgets import Budgets
from quant.compare.sides import LEAST, MOST, Side
from quant.point import Figures, token
from quant.selection import Selection

POINTS = "points"
USUAL = Budgets(drop=controls.LOSSES["0.5 pp"])  # as Explore opens with
MOST_LISTED = 300


@dataclass(frozen=True, slots=True)
class Chosen:
    """`sides` are empty where fewer than two points can be compared."""

    workload: Workload
    sides: tuple[Side, ...]
    is_measured: bool
    complaint: str = ""


def choose() -> Chosen:
    """The sidebar's controls, filled from the link."""
    model = models.box(_forget)
    timing = controls.timing()
    named = links.chosen_all(POINTS)
    found = {name: identity for name in named if (identity := _identity(model.name, name))}
    ground = place.ground(model.name, (), next(iter(found.values()), ""), timing)
    selection = cache.selection(model.name, (), ground, view.EVERYTHING) if ground else None
    picked = _completed(tuple(dict.fromkeys(found.values()))[:MOST], selection)
    if selection is not None:
        picked = _pick(selection, picked)
    enough = len(picked) >= LEAST
    return Chosen(
        model,
        cache.sides(picked, (ground.batch, ground.threads)) if enough and ground else (),
        selection is not None,
        _complaint(len(named) - len(found), len(found)),
    )


def _completed(picked: tuple[str, ...], selection: Selection | None) -> tuple[str, ...]:
    """One point alone is held against FP32; none, FP32 against the recommended one."""
    if selection is None or len(picked) >= LEAST:
        return picked
    own = selection.own
    fp32 = [one.id for one in own.figures(own.is_fp32.nonzero()[0][:1])]
    if not picked:
        best = selection.recommendation(USUAL)
        usual = best.point or best.instead or best.doubtful
        picked = (usual.id,) if usual else ()
    return tuple(dict.fromkeys([*fp32, *picked]))


def _pick(selection: Selection, picked: tuple[str, ...]) -> tuple[str, ...]:
    """All points of the machine that is looked at, and those of the link from anywhere."""
    listed = {one.id: one for one in selection.rows(MOST_LISTED, USUAL, picked).points}
    for identity in picked:
        listed.setdefault(identity, _figures(identity))
    st.session_state["picked"] = list(picked)
    chosen = st.multiselect(
        "Points",
        list(listed),
        format_func=lambda identity: _label(listed[identity], selection),
        key="picked",
        max_selections=MOST,
        on_change=_keep,
        help=terms.told("Two to six. All are held against the first.", "flips", "pp"),
        placeholder="Choose two to six",
    )
    return tuple(chosen)


def _label(point: Figures, selection: Selection) -> str:
    """Short enough for the sidebar."""
    own = {one.workload for one in selection.own.places}
    model = "" if point.workload in own else f"{point.workload} "
    return f"{model}{point.recipe.label} · {explain.percent(point.accuracy)}"


def _figures(identity: str) -> Figures:
    for name in cache.workloads():
        points = cache.columns(name)
        at = points.index_of(identity)
        if at is not None:
            return points.figures([at])[0]
    raise KeyError(identity)


def _identity(first: str, name: str) -> str:
    """The id of the point that a link names, of whatever model; empty where there is none."""
    for known in sorted(cache.workloads(), key=lambda one: one != first):
        points = cache.columns(known)
        at = points.index_of(name)
        if at is not None:
            return points.figures([at])[0].id
    return ""


def _keep() -> None:
    remember(st.session_state["picked"])


def remember(identities: Sequence[str]) -> None:
    """Put points into the link."""
    links.choose_all(POINTS, [token(identity) for identity in identities])


def tokens(sides: Sequence[Side]) -> list[str]:
    """What stands for the compared points in links."""
    return [token(side.point.id) for side in sides]


def _forget() -> None:
    links.choose_all(POINTS, [])
    links.choose(links.GROUND, "")


def _complaint(gone: int, left: int) -> str:
    if not gone:
        return ""
    rest = "the others are compared" if left else "see the usual ones"
    return (
        f"The link names {gone} point{'' if gone == 1 else 's'} that this store does not hold; "
        f"{rest}."
    )
