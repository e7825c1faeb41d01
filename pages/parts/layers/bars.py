"""The network as columns; a click on one picks its layer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from pages.parts import cache, controls
from pages.parts.chart import PLAIN
from pages.parts.layers import drag, now
from quant.bits import columns
from quant.bits.columns import Columns
from quant.bits.state import WIDTHS, State
from quant.sensitivity.scores import KINDS, WEIGHTS, Sensitivity

SHOWN = "bits-of"
ALLOWED = {SHOWN: KINDS}
KEY = "columns"


def of(found: Sensitivity) -> Columns:
    """What is drawn whatever the bits are; made once for all who look."""
    return cache.drawn((KEY, found.key), lambda: Columns(found))


def draw(found: Sensitivity, state: State) -> None:
    """A heading, whose bits the columns show, and the columns."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.subheader("Bits of each layer", anchor=False)
        kind = st.segmented_control(
            "Columns show",
            KINDS,
            default=WEIGHTS,
            required=True,
            format_func=str.capitalize,
            key=SHOWN,
            bind=controls.LINK,
            label_visibility="collapsed",
        )
        heights = {width: columns.height(width) for width in WIDTHS[kind]}
        drag.of(
            KEY,
            heights,
            lambda moved: _drag(found, state, kind, moved),
            lambda clicked: _pick(found, state, clicked),
        )
    known = of(found)
    st.plotly_chart(
        columns.drawn(known, state.bits, kind, state.picked, state.locked),
        key=KEY,
        on_select=lambda: _take(found, state),
        selection_mode="points",
        config=PLAIN,
        alt=columns.summary(known, state.bits, kind),
    )
    st.caption(
        "Height: bits now. Colour: the noise that this layer alone adds at these bits; 1, 2 and 3 "
        "hurt most. Width: share of the weights, the narrowest drawn wider. Drag a column to "
        "other bits, or click it and choose them below."
    )


def _drag(found: Sensitivity, state: State, kind: str, moved: dict[str, Any]) -> None:
    """The dragged column at its new height, and all that is picked with it."""
    place, width = moved.get("place"), moved.get("width")
    if place not in range(len(found.layers)) or width not in WIDTHS[kind]:
        return
    if place not in state.picked:
        state = replace(state, picked=(place,))
    now.show(found, state.changed(kind, width), gesture=str(moved.get("gesture")))


def _pick(found: Sensitivity, state: State, clicked: dict[str, Any]) -> None:
    """The clicked column; with Shift it comes to those that are picked, or leaves them."""
    place = clicked.get("place")
    if place not in range(len(found.layers)):
        return
    places = set(state.picked) ^ {place} if clicked.get("more") else {place}
    now.pick(found, state, tuple(sorted(places)))


def _take(found: Sensitivity, state: State) -> None:
    """A callback: the clicked columns are picked, several with Shift."""
    clicked = st.session_state[KEY].selection.points
    places = {dot["customdata"] for dot in clicked if isinstance(dot.get("customdata"), int)}
    if places:
        now.pick(found, state, tuple(sorted(places)))
