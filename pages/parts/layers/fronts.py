"""The predicted front with these bits and what is measured over it; and how far to trust it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import nan
from typing import Any

import streamlit as st

from pages.parts import cache, controls
from pages.parts.chart import PLAIN
from pages.parts.layers import empty, now, numbers, predicting, solving
from pages.parts.layers.asked import Asked
from pages.parts.layers.solving import Rules
from quant import explain
from quant.allocate.hull import Hull, hull
from quant.allocate.predict import Predictor
from quant.allocate.predicted import Predicted
from quant.bits import checked, figures, front
from quant.bits.bits import Bits
from quant.bits.front import Marked, Spot, mark
from quant.bits.state import State
from quant.errors import InvalidRecipe
from quant.point import Figures, dot_name
from quant.recipe import Recipe
from quant.sensitivity.scores import Sensitivity

OVER = "over"
# By what the control says: the field of an assignment, its title and what one of its unit is.
COSTS = {
    "size": ("size_bytes", "size, MB", 1e6),
    "bit operations": ("bit_operations", "bit operations, 10⁹", 1e9),
    "latency": ("latency_ms", "latency, ms", 1.0),
}
ALLOWED = {OVER: tuple(COSTS)}
KEY = "predicted-front"
MOST_DRAWN = 60  # vertices of the hull


def draw(
    asked: Asked,
    found: Sensitivity,
    state: State,
    known: Predictor,
    predicted: Predicted,
    rules: Rules,
) -> None:
    """The front and, folded, its table."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.subheader("Predicted front", anchor=False)
        over = st.segmented_control(
            "Over", tuple(COSTS), default="size", required=True, key=OVER, bind=controls.LINK,
            label_visibility="collapsed",
        )  # fmt: skip
    if known.curve is None or (over == "latency" and known.pace is None):
        st.info(
            f"No {'latency' if known.curve else 'loss'} can be predicted before a point of this "
            "network is measured here. Press Measure this.",
            icon=":material/straighten:",
        )
        return
    if not rules.is_open:
        st.info("Allow at least one width of each kind under Solve.", icon=":material/target:")
        return
    field, across, unit = COSTS[over]
    line, own = _line(asked, found, state, known, rules, over)
    here = _spot(getattr(predicted, field) / unit, predicted, "these bits")
    over_it = _measured(asked, found, known, over)
    st.plotly_chart(
        front.drawn(line, here, over_it, across),
        key=KEY,
        on_select=lambda: _take(found, state, own),
        selection_mode="points",
        config=PLAIN,
        alt=front.summary(line, here, over_it, across),
    )
    st.caption(
        "Dashed and hollow is predicted: the least loss for each cost, with the widths that are "
        "allowed under Solve and the locked layers as they are. Solid is measured, and never part "
        "of that front. Click a ring to take its bits. Losses beyond "
        f"{front.shown(line, here, [spot for spot, _ in over_it]):.1f} pp are not in sight."
    )
    _table(line, over_it, across)


def calibration(asked: Asked, known: Predictor) -> None:
    """Predicted against measured, of this method's points."""
    points = predicting.checked(asked, known.found, known)
    st.subheader("How far to trust this", anchor=False)
    if predicting.gains(known.found, known.method) is None:
        st.caption(
            f"Noise is that of plain rounding: how much better {known.method} does at each layer "
            "is not known here yet, so layers may be misjudged beside one another."
        )
        if not cache.store().read_only:
            empty.offer(asked, f"Find what {known.method} gains")
    if not points:
        st.caption(f"{numbers.basis(known)} Each measured point corrects what is predicted.")
        return
    told = checked.summary(points)
    st.plotly_chart(checked.drawn(points), key="calibration", config=PLAIN, alt=told)
    st.caption(
        f"{numbers.basis(known)} {told} Points with a ring in them have bits that differ between "
        "layers."
    )
    with st.expander(
        "Table of predictions and measurements", key="checked", on_change="rerun", type="compact"
    ) as more:
        if more.open:
            st.dataframe(
                checked.table(points), hide_index=True, key="checked-table",
                alt=f"{len(points)} points, predicted and measured",
            )  # fmt: skip


def _line(
    asked: Asked, found: Sensitivity, state: State, known: Predictor, rules: Rules, over: str
) -> tuple[tuple[Spot, ...], Hull]:
    """Vertices of the convex hull, which is solved exactly; of many, evenly many."""
    field, _, unit = COSTS[over]
    kept = [state.bits.pairs[at] for at in state.locked]
    what = (KEY, found.key, known.method, asked.ranges, asked.ground, over, rules,
            state.locked, kept)  # fmt: skip

    def made() -> tuple[tuple[Spot, ...], Hull]:
        own = hull(solving.given(found, state, known, rules), field)
        step = max(1, -(-len(own) // MOST_DRAWN))
        numbers = sorted({*range(0, len(own), step), len(own) - 1})
        spots = []
        for number in numbers:
            one = known.of(solving.bits_of(found, own.at(number)).pairs)
            spots.append(_spot(getattr(one, field) / unit, one, "", number))
        return tuple(spots), own

    return cache.drawn(what, made)


def _spot(x: float, one: Predicted, name: str, number: int | None = None) -> Spot:
    drop, low, high = (
        nan if value is None else 100 * value for value in (one.drop, one.drop_low, one.drop_high)
    )
    told = figures.told(one)
    return Spot(x, drop, low, high, f"{name}: {told}" if name else told, number)


def _measured(asked: Asked, found: Sensitivity, known: Predictor, over: str) -> tuple[Marked, ...]:
    """What is measured there; its bit operations follow from its widths."""
    what = ("measured over", found.key, known.method, asked.ground, over)

    def made() -> tuple[Marked, ...]:
        points = asked.measured
        spots = [
            (_of(one, _across(one, found, known, over)), mark(one))
            for one in points.figures(range(len(points)))
            if not one.recipe.is_fp32
        ]
        return tuple(pair for pair in spots if pair[0].x > 0)

    return cache.drawn(what, made)


def _across(one: Figures, found: Sensitivity, known: Predictor, over: str) -> float:
    field, _, unit = COSTS[over]
    if over != "bit operations":
        return float(getattr(one, field)) / unit
    try:
        return known.of(_bits(one.recipe, found).pairs).bit_operations / unit
    except InvalidRecipe:
        return nan


def _bits(recipe: Recipe, found: Sensitivity) -> Bits:
    return Bits.of(recipe, found.layers)


def _of(one: Figures, x: float) -> Spot:
    told = f"{one.recipe.label}<br>{explain.size(one.size_bytes)}, {explain.change(one)}"
    low, high = 100 * one.drop_low, 100 * one.drop_high
    return Spot(x, 100 * one.drop, low, high, f"{dot_name(one)}: {told}")


def _take(found: Sensitivity, state: State, own: Hull) -> None:
    """A callback: the bits of the clicked ring."""
    for dot in st.session_state[KEY].selection.points:
        if isinstance(dot.get("customdata"), int):
            bits = solving.bits_of(found, own.at(dot["customdata"]))
            now.show(found, replace(state, bits=bits))
            return


def _table(line: Sequence[Spot], measured: Sequence[Marked], across: str) -> None:
    with st.expander(
        "Table of the front", key="front-table", on_change="rerun", type="compact"
    ) as more:
        if not more.open:
            return
        rows: list[dict[str, Any]] = [_row("predicted", one, across) for one in line]
        rows += [_row("measured", spot, across) for spot, _ in measured]
        st.dataframe(
            {name: [row[name] for row in rows] for name in rows[0]} if rows else {},
            hide_index=True,
            key="front-rows",
            alt=f"{len(line)} predicted and {len(measured)} measured points, one a row",
        )


def _row(kind: str, one: Spot, across: str) -> dict[str, Any]:
    return {
        "what": kind,
        across: round(one.x, 4),
        "loss, pp": round(one.y, 2),
        "from, pp": round(one.low, 2),
        "to, pp": round(one.high, 2),
        "in words": one.told.replace("<br>", ", "),
    }
