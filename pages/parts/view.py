"""What Explore shows now: the points of one machine and runtime, and which of them is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import streamlit as st

from pages.parts import cache, links
from pages.parts.controls import Choice
from quant import pareto
from quant.budgets import Budgets, Recommendation, recommend
from quant.pareto import Ground
from quant.records import Measurement


@dataclass(frozen=True, slots=True)
class View:
    """`chosen` is the point that the link names, else the recommended one, else FP32."""

    points: tuple[Measurement, ...]
    budgets: Budgets
    recommendation: Recommendation
    chosen: Measurement | None
    pinned: bool
    complaint: str = ""

    @property
    def is_recommended(self) -> bool:
        best = self.recommendation.point
        return best is not None and self.chosen is not None and best.id == self.chosen.id


def of(choice: Choice, budgets: Budgets) -> View:
    """Read the store and the link."""
    groups = pareto.grouped(cache.points(choice.workload.name))
    named = links.chosen(links.POINT)
    ground = _ground(groups, named)
    points = tuple(sorted(groups.get(ground, ()), key=_order)) if ground else ()
    found = recommend(points, budgets)
    pinned = next((point for point in points if point.id == named), None)
    complaint = ""
    if named and points and pinned is None:
        complaint = "The link names a point that this store does not hold; see the recommended one."
    return View(points, budgets, found, pinned or _usual(found, points), bool(pinned), complaint)


def _ground(groups: dict[Ground, list[Measurement]], point: str) -> Ground | None:
    """Machine, runtime and data: those of the link, or of what was measured last."""
    if not groups:
        return None
    holder = next((g for g, points in groups.items() if any(p.id == point for p in points)), None)
    newest = max(groups, key=lambda ground: max(point.measured_at for point in groups[ground]))
    tokens = {token(ground): ground for ground in groups}
    shown = tokens.get(links.chosen(links.GROUND)) or holder or newest
    return _select(groups, list(tokens.values()), shown) if len(groups) > 1 else shown


def _select(
    groups: dict[Ground, list[Measurement]], grounds: Sequence[Ground], shown: Ground
) -> Ground:
    """A selector, where the store holds several: a front belongs to one of them."""
    names = {token(ground): _name(groups[ground][0]) for ground in grounds}
    st.session_state["ground"] = token(shown)
    picked = st.sidebar.selectbox(
        "Measured on", list(names), format_func=names.get, key="ground", on_change=_keep_the_ground
    )
    return next((ground for ground in grounds if token(ground) == picked), shown)


def _keep_the_ground() -> None:
    links.choose(links.GROUND, st.session_state["ground"])
    links.choose(links.POINT, "")


def token(ground: Ground) -> str:
    return sha256("|".join(ground).encode()).hexdigest()[:8]


def _name(point: Measurement) -> str:
    return f"{point.machine.label} · {point.runtime} · {point.data}"


def _usual(found: Recommendation, points: Sequence[Measurement]) -> Measurement | None:
    usual = found.point or found.instead or found.doubtful
    return next(
        (one for one in points if usual and one.id == usual.id), points[0] if points else None
    )


def _order(point: Measurement) -> tuple[bool, int, str]:
    return (not point.recipe.is_fp32, -point.size_bytes, point.id)
