"""The glossary, and the questions that people ask."""

from __future__ import annotations

import streamlit as st

from pages.parts import links
from pages.parts.learning import frame, state
from quant.learn import glossary
from quant.learn.glossary import Term


def draw() -> None:
    """The term of the link first; then all, or those that hold what is searched for."""
    frame.heading("What the words mean", "Tooltips in the app lead here.")
    chosen = glossary.terms().get(links.chosen(state.TERM))
    if chosen:
        with st.container(border=True):
            st.subheader(chosen.title, anchor=False)
            _term(chosen)
    asked = st.text_input("Search", key="learn-find", placeholder="scale, dB, front …")
    listed = glossary.found(asked)
    st.caption(f"{len(listed)} of {len(glossary.terms())} terms")
    if not listed:
        st.info("No term holds all of these words; try fewer.", icon=":material/search_off:")
    for one in listed:
        if one is not chosen:
            st.markdown(f"**{one.title}**")
            _term(one)


def questions() -> None:
    """Each with its answer, all open."""
    frame.heading("What people ask", "Short answers; the words in them are in the glossary.")
    for one in glossary.questions():
        st.subheader(one.title, anchor=False)
        st.markdown(one.words)
        st.markdown(_see(one.see).strip())


def _term(one: Term) -> None:
    also = f" *Also: {', '.join(one.also)}.*" if one.also else ""
    st.markdown(f"{one.words}{also}{_see(one.see)}")


def _see(named: tuple[str, ...]) -> str:
    return f"  \nSee {', '.join(map(glossary.link, named))}." if named else ""
