"""What a link holds beyond bound widgets: the chosen point, and values it cannot have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from pages.parts.shell import escape
from quant.point import token

POINT, GROUND = "point", "on"


def complaints(allowed: Mapping[str, Sequence[str]]) -> list[str]:
    """A sentence for each value in the URL that no control offers. Ask before the controls run:
    Streamlit drops such values without a word."""
    found = []
    for name, options in allowed.items():
        unknown = [value for value in st.query_params.get_all(name) if value not in ("", *options)]
        if unknown:
            asked = escape(", ".join(unknown)[:60])
            found.append(
                f"The link asks for {name} {asked}, which is not one of {', '.join(options)}; "
                "the usual choice is shown instead."
            )
    return found


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
