"""From Explore to Compare: the chosen point beside FP32, or the rows that are ticked."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from quant.compare.sides import LEAST, MOST
from quant.point import Point, token

KEPT = ("model", "batch", "threads")  # choices that hold on Compare too
PAGE, ICON = "pages/2_Compare.py", ":material/compare:"


def one(point: Point) -> None:
    """A link for the chosen point."""
    st.page_link(
        PAGE,
        label="Compare" if point.recipe.is_fp32 else "Compare with FP32",
        icon=ICON,
        help="Side by side, down to the pictures that get another answer.",
        query_params=_query([] if point.recipe.is_fp32 else [point.id]),
    )


def several(ticked: Sequence[str]) -> None:
    """A link for the ticked rows of the table."""
    count = len(ticked)
    why_not = ""
    if count < LEAST:
        why_not = f"Tick {LEAST} to {MOST} rows of the table."
    elif count > MOST:
        why_not = f"{count} rows are ticked and at most {MOST} can be compared; untick some."
    st.page_link(
        PAGE,
        label=f"Compare {count} points" if count >= LEAST else "Compare …",
        icon=ICON,
        disabled=bool(why_not),
        help=why_not or "Side by side, all held against the first.",
        query_params=_query(ticked),
    )


def _query(identities: Sequence[str]) -> list[tuple[str, str]]:
    """A link and no button: the script may not set a parameter that a widget is bound to."""
    kept = [(name, st.query_params[name]) for name in KEPT if name in st.query_params]
    return [*kept, *(("points", token(identity)) for identity in identities)]
