"""What became of each layer, where that differs."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.parts import shell, to_layers
from quant.compare.facts import Fact
from quant.compare.layers import grouped
from quant.compare.layers import layers as compared
from quant.compare.sides import Side


def layers(sides: Sequence[Side]) -> None:
    """Layers that differ, those that do so in the same way in one row; the rest folded."""
    found = compared(sides)
    if found.told:
        st.info(found.told, icon=":material/info:")
        return
    if found.differing:
        rows = grouped(found.differing)
        _table(sides, rows, "what became of layers, where it differs")
        if len(rows) < len(found.differing):
            _more(f"All {len(found.differing)} layers that differ", "each-layer", sides,
                  found.differing)  # fmt: skip
    else:
        st.info("Every layer came out the same.", icon=":material/equal:")
    if found.same:
        one = len(found.same) == 1
        label = f"{len(found.same)} layer{' is' if one else 's are'} the same in all"
        _more(label, "same-layers", sides, found.same)
    with st.container(horizontal=True):
        for side in sides:
            to_layers.link(side.point, f"Change bits of {side.letter} by layer")


def _more(label: str, key: str, sides: Sequence[Side], rows: Sequence[Fact]) -> None:
    with st.expander(label, key=key, on_change="rerun", type="compact") as more:
        if more.open:
            _table(sides, rows, label)


def _table(sides: Sequence[Side], rows: Sequence[Fact], what: str) -> None:
    columns = {"layer": [shell.escape(row.name) for row in rows]}
    for at, side in enumerate(sides):
        columns[side.name] = [shell.escape(row.cells[at]) for row in rows]
    st.table(columns, border="horizontal", hide_index=True, alt=what)
