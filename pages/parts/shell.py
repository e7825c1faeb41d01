"""Around every page: its configuration, the sidebar's head, and errors as sentences."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import streamlit as st

from pages.parts import cache, navigation
from quant.errors import BitfrontError
from quant.snapshot import marker

ICON = Path(__file__).with_name("icon.png")  # a named icon would be fetched from elsewhere
ABOUT = "**Bitfront** measures what every bit buys: accuracy, size and latency of quantised models."


@contextmanager
def page(title: str) -> Iterator[None]:
    """Open a page. A BitfrontError ends it with its sentence; a bug propagates."""
    st.set_page_config(
        page_title=f"{title} · Bitfront",
        page_icon=str(ICON),
        layout="wide",
        menu_items={"About": ABOUT},
    )
    cache.warm()
    st.sidebar.header("Bitfront", anchor=False)
    st.sidebar.caption("What does every bit buy?")
    if told := marker.told():
        st.sidebar.info(told, icon=":material/photo_camera:")
    try:
        cache.keep_measuring()
        with st.sidebar:
            navigation.links()
        yield
    except BitfrontError as exc:
        st.error(sentence(exc), icon=":material/error:")


def sentence(error: BitfrontError) -> str:
    """The message as a sentence: capital first, full stop last, nothing read as Markdown."""
    text = str(error).strip()
    text = text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")
    return escape(text)


def escape(text: str) -> str:
    """Names of files and folders as they are, not as Markdown."""
    for sign in "\\`*_[]$~#<>":
        text = text.replace(sign, "\\" + sign)
    return text
