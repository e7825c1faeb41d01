"""The columns as a table: the same for who does not see them, and a way to pick several."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from pages.parts.layers import bars, now
from quant.bits.bits import NONE
from quant.bits.columns import Floats
from quant.bits.state import State
from quant.sensitivity.scores import ACTIVATIONS, WEIGHTS, Sensitivity
from quant.sensitivity.words import what

KEY = "layers-table"


def draw(found: Sensitivity, state: State) -> None:
    """Folded; nothing is made of it before it is opened."""
    with st.expander(
        f"Table of the {len(found.layers)} layers", key="listing", on_change="rerun", type="compact"
    ) as more:
        if not more.open:
            return
        st.dataframe(
            _columns(found, state),
            hide_index=True,
            key=KEY,
            on_select=lambda: _take(found, state),
            selection_mode="multi-row",
            column_config={
                "layer": st.column_config.TextColumn(width="medium", pinned=True),
                "what it is": st.column_config.TextColumn(width="large"),
            },
            alt=f"{len(found.layers)} layers in network order: bits, noise and size",
        )
        st.caption(
            "Tick rows to change these layers together. Noise is the power of the error of the "
            "logits over theirs, with this layer alone quantised at these bits."
        )


def _columns(found: Sensitivity, state: State) -> dict[str, list[Any]]:
    known = bars.of(found)
    total = sum(layer.parameters for layer in found.layers) or 1
    locked = set(state.locked)
    return {
        "layer": [layer.name for layer in found.layers],
        "weights, bits": [width if width != NONE else None for width in state.bits.weights],
        "noise of weights, dB": _decibels(known.cost(WEIGHTS, state.bits)),
        "activations, bits": list(state.bits.activations),
        "noise of activations, dB": _decibels(known.cost(ACTIVATIONS, state.bits)),
        "of the weights, %": [round(100 * one.parameters / total, 2) for one in found.layers],
        "multiply-adds": [layer.macs for layer in found.layers],
        "kept when solving": ["yes" if at in locked else "" for at in range(len(found.layers))],
        "what it is": [what(layer) for layer in found.layers],
    }


def _decibels(cost: Floats) -> list[float | None]:
    return [round(float(10 * np.log10(one)), 1) if one > 0 else None for one in cost]


def _take(found: Sensitivity, state: State) -> None:
    rows = st.session_state[KEY].selection.rows
    if rows:
        now.pick(found, state, tuple(sorted(rows)))
