"""What a link holds beyond bound widgets: the chosen point, and where it was measured."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from quant.point import token

POINT, GROUND = "point", "on"


def chosen(name: str) -> str:
    return st.query_params.get(name, "")


def choose(name: str, value: str) -> None:
    """Put a choice into the URL, or take it out."""
    if value:
        st.query_params[name] = value
    else:
        st.query_params.pop(name, None)


def take_from_chart(key: str) -> None:
    """A callback: the clicked dot becomes the chosen point."""
    for dot in st.session_state[key].selection.points:
        identity = dot.get("customdata")
        identity = identity[0] if isinstance(identity, list) else identity
        if identity:
            choose(POINT, token(identity))
            return


def take_from_table(key: str, identities: Sequence[str]) -> None:
    """A callback: the selected row becomes the chosen point; no row, the recommended one."""
    rows = st.session_state[key].selection.rows
    choose(POINT, token(identities[rows[0]]) if rows and rows[0] < len(identities) else "")
