"""The way from page to page. Streamlit's own list would call the home page by its file's name."""

from __future__ import annotations

import streamlit as st

from pages.parts import badge

PAGES = (
    ("app.py", "Explore", ":material/scatter_plot:"),
    ("pages/1_Layers.py", "Layers", ":material/bar_chart:"),
    ("pages/2_Compare.py", "Compare", ":material/compare:"),
    ("pages/3_Present.py", "Present", ":material/co_present:"),
    ("pages/5_Learn.py", "Learn", ":material/school:"),
    ("pages/6_Add.py", "Add your own", ":material/add_circle:"),
)


def links() -> None:
    """One link a page in the sidebar; Jobs tells how far it is."""
    for path, label, icon in PAGES:
        st.page_link(path, label=label, icon=icon)
    badge.link()
