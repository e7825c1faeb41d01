"""What a link holds beyond bound widgets: the chosen point, and where it was measured."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from quant.point import token

POINT, GROUND, ROWS = "point", "on", "rows"


def chosen(name: str) -> str:
    return st.query_params.get(name, "")


def choose(name: str, value: str) -> None:
    """Put a choice into the URL, or take it out."""
    if value:
        st.query_params[name] = value
    else:
        st.query_params.pop(name, None)


def chosen_all(name: str) -> list[str]:
    return st.query_params.get_all(name)


def choose_all(name: str, values: Sequence[str]) -> None:
    """Put several values under one name into the URL, or take them out."""
    if values:
        st.query_params[name] = list(values)
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


def take_from_table(
    key: str, identities: Sequence[str], ticked: Sequence[str] = (), chosen_id: str = ""
) -> None:
    """A callback: the row that was just ticked becomes the chosen point; no row, the recommended
    one. Several stay ticked, to be compared. `ticked` and `chosen_id` are what was shown before."""
    rows = st.session_state[key].selection.rows
    now = [identities[row] for row in sorted(rows) if row < len(identities)]
    fresh = [one for one in now if one not in ticked]
    if fresh or chosen_id not in now:
        choose(POINT, token((fresh or now)[-1]) if now else "")
    choose_all(ROWS, [token(one) for one in now] if len(now) > 1 else [])
