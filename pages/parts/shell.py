"""Around every page: its configuration, the sidebar's head, and errors as sentences."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import streamlit as st

from pages.parts import back, cache, complaints, moment, navigation, short, turns
from pages.parts.text import escape, sentence
from quant.errors import BitfrontError
from quant.snapshot import marker

__all__ = ["escape", "page", "sentence"]

ICON = Path(__file__).with_name("icon.png")  # a named icon would be fetched from elsewhere
ABOUT = "**Bitfront** measures what every bit buys: accuracy, size and latency of quantised models."


@contextmanager
def page(title: str, *, sidebar: bool = True) -> Iterator[None]:
    """Open a page. A BitfrontError ends it with its sentence; a bug propagates.

    Without a sidebar the page has the whole screen, and shows the way out by itself.
    """
    with turns.PAGES.one(), moment.one():
        yield from _framed(title, sidebar)


def _framed(title: str, sidebar: bool) -> Iterator[None]:
    st.set_page_config(
        page_title=f"{title} · Bitfront",
        page_icon=str(ICON),
        layout="wide",
        menu_items={"About": ABOUT},
    )
    cache.warm()
    if sidebar:
        st.sidebar.header("Bitfront", anchor=False)
        st.sidebar.caption("What does every bit buy?")
        if told := marker.told():
            st.sidebar.info(told, icon=":material/photo_camera:")
    try:
        short.expand()
        cache.keep_measuring()
        if sidebar:
            with st.sidebar:
                navigation.links()
    except BitfrontError as exc:
        st.error(sentence(exc), icon=":material/error:")
        st.stop()
    try:
        yield
        complaints.settle()
        back.one_entry_a_gesture()
    except BitfrontError as exc:
        st.error(sentence(exc), icon=":material/error:")
