"""What the answers so far leave: a figure, and the same in words and as a table."""

from __future__ import annotations

import streamlit as st

from pages.parts import cache
from pages.parts.presenting.view import Seen
from quant.budgets import Verdict, verdicts
from quant.present import figure
from quant.present.answer import Status

PLAIN = {"displayModeBar": False}


def draw(seen: Seen) -> None:
    """Nothing where nothing is measured."""
    state, points = seen.state, seen.drawn
    if not points:
        return
    limits, matters = state.asked.limits, state.matters
    best = seen.answer.point
    chosen = best.id if best is not None and seen.answer.status is Status.MET else ""
    st.markdown(_left(seen))

    def draw() -> tuple[object, str]:
        shown = figure.drawable(points, matters)
        return figure.figure(points, limits, matters, chosen), figure.twin(shown, limits, chosen)

    identities = tuple(point.identity for point in points)
    made, words = cache.drawn(("present", limits, matters, chosen, identities), draw)
    st.plotly_chart(made, key="left", config=PLAIN, alt=words)
    with st.expander("The same as a table", key="left-table", on_change="rerun") as table:
        if table.open:
            st.dataframe(figure.rows(points, limits), hide_index=True, key="left-rows")


def _left(seen: Seen) -> str:
    """`**9 of 15** measured files are within the limits, 2 may be.`"""
    found = verdicts(seen.points, seen.state.asked.limits)
    every, met = len(found), int((found == Verdict.MET).sum())
    unsure = int((found == Verdict.UNDECIDED).sum())
    said = f"**{met:,} of {every:,}** measured {'is' if every == 1 else 'are'} within the limits"
    more = f", {unsure:,} may or may not be" if unsure else ""
    return f"{said}{more}. Faint is outside, hollow undecided, coloured what it would be now."
