"""Around every screen: where one is, large words, the arrows, and the way out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from html import escape

import streamlit as st

from pages.parts import links, place, share
from pages.parts.navigation import PAGES
from pages.parts.presenting.state import SCREENS, State, answer
from quant.pareto import Ground
from quant.snapshot import marker

UNITS = ("pp", "MB", "ms", "%")
WIDE = 1180  # pixels: a line that is read from afar
LARGE = "font-size:clamp(1.6rem,1rem + 2.1vw,3.1rem);line-height:1.22;font-weight:600;margin:0"
PLAIN = "font-size:clamp(1.05rem,.9rem + .55vw,1.5rem);line-height:1.45;margin:0"
# The browser allows full screen only where the press itself asks for it.
SCRIPT = """<script>
if (!window.bitfrontFull) {
  window.bitfrontFull = true
  addEventListener('click', event => {
    if (!event.target.closest?.('.st-key-present-full button')) return
    if (document.fullscreenElement) document.exitFullscreen()
    else document.documentElement.requestFullscreen?.()
  }, true)
}
</script>"""


@contextmanager
def screen(state: State, ground: Ground | None) -> Iterator[None]:
    """The middle of the page, and the buttons below it. Links stay with the machine and runtime
    that is seen."""
    with st.container(horizontal_alignment="center"), st.container(width=WIDE):
        _top(state, ground)
        yield
        _arrows(state)
        _leave()
    st.html(SCRIPT, unsafe_allow_javascript=True)


def heading(words: str) -> None:
    """The one heading of a screen; nothing in it is markup."""
    st.html(f'<h1 style="{LARGE}">{_kept_together(words)}</h1>')


def text(words: str) -> None:
    """A sentence that is read from the back of the room."""
    st.html(f'<p style="{PLAIN}">{_kept_together(words)}</p>')


def subheading(words: str) -> None:
    st.subheader(words, anchor=False)


def _kept_together(words: str) -> str:
    """Numbers stay beside their units where lines break."""
    found = escape(words)
    for unit in UNITS:
        found = found.replace(f" {unit}", f"&nbsp;{unit}")
    return found


def _top(state: State, ground: Ground | None) -> None:
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        st.caption(f"Bitfront · {state.number + 1} of {len(SCREENS)}")
        with st.container(horizontal=True, width="content"):
            share.link({links.GROUND: [place.token(ground)] if ground else []})
            st.button("Full screen", key="present-full", icon=":material/fullscreen:")


def _arrows(state: State) -> None:
    number = state.number
    st.space("small")
    with st.container(horizontal=True):
        st.button(
            "Back",
            key="present-back",
            shortcut="Left",
            disabled=number == 0,
            on_click=answer,
            kwargs={"screen": SCREENS[max(number - 1, 0)]},
        )
        if number < len(SCREENS) - 1:
            last = number == len(SCREENS) - 2
            st.button(
                "Show the recommendation" if last else "Next",
                key="present-next",
                shortcut="Right",
                type="primary",
                on_click=answer,
                kwargs={"screen": SCREENS[number + 1]},
            )
        else:
            st.button(
                "Start again",
                key="present-again",
                icon=":material/restart_alt:",
                on_click=answer,
                kwargs={"screen": SCREENS[0], "situation": ""},
            )


def _leave() -> None:
    st.space("small")
    with st.container(horizontal=True):
        for path, label, icon in PAGES:
            if label != "Present":
                st.page_link(path, label=label, icon=icon)
    if told := marker.told():
        st.info(told, icon=":material/photo_camera:")
