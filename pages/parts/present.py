"""From Explore to Present: the same model within the same limits, at its last screen."""

from __future__ import annotations

import streamlit as st

KEPT = ("model", "size", "loss", "latency")  # both pages call these the same
PAGE, ICON = "pages/3_Present.py", ":material/co_present:"


def link() -> None:
    """For whoever has to explain what is seen."""
    kept = [(name, st.query_params[name]) for name in KEPT if name in st.query_params]
    st.page_link(
        PAGE,
        label="Present",
        icon=ICON,
        help="The recommendation in one sentence, for the person who decides.",
        query_params=[*kept, ("screen", "answer")],
    )
