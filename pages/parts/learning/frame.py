"""Around every screen: where one is, the arrows, and figures with their twins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import streamlit as st

from pages.parts import complaints, share
from pages.parts.learning.state import KEY, STEPS, go

PLAIN = {"displayModeBar": False}
WIDE = 1040
# A slider's own arrow keys move it, and not the page: they end here, behind Streamlit's own
# listeners for the slider and before those for shortcuts.
SCRIPT = """<script>
if (!window.bitfrontArrows) {
  window.bitfrontArrows = true
  const own = '[role=slider], [role=radio], [role=radiogroup], [role=listbox], [role=grid], input'
  document.body.addEventListener('keydown', event => {
    if (event.target.closest?.(own)) event.stopPropagation()
  })
}
</script>"""


@contextmanager
def screen(step: str) -> Iterator[None]:
    """The middle of the page, and the buttons below it."""
    with st.container(horizontal_alignment="center"), st.container(width=WIDE):
        _top(step)
        wrong = st.container()  # with the link, which the controls below find out
        yield
        with wrong:
            complaints.show({})
        st.space("small")
        _arrows(step)
    st.html(SCRIPT, unsafe_allow_javascript=True)


def heading(title: str, words: str) -> None:
    """The idea, and what to do to see it."""
    st.title(title, anchor=False)
    st.markdown(words)


def chart(made: Any, words: str, key: str) -> None:
    """A figure, and the same in a sentence below it."""
    st.plotly_chart(made, key=key, config=PLAIN, alt=words)
    st.caption(words)


def table(rows: Mapping[str, Sequence[object]], key: str) -> None:
    """The figure's numbers, on demand."""
    with st.expander("The same as a table", key=f"{key}-table", on_change="rerun") as opened:
        if opened.open:
            st.dataframe(rows, hide_index=True, key=f"{key}-rows")


def figures(*pairs: tuple[str, str, str]) -> None:
    """Numbers: label, value, tooltip."""
    with st.grid(len(pairs), min_column_width=150):
        for label, value, tip in pairs:
            st.metric(label, value, help=tip or None)


def _top(step: str) -> None:
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"
    ):
        st.session_state[KEY] = step
        st.segmented_control(
            "Learn",
            list(STEPS),
            format_func=lambda one: STEPS[one],
            key=KEY,
            required=True,
            wrap=True,
            label_visibility="collapsed",
            on_change=lambda: go(st.session_state[KEY]),
        )
        share.link({})


def _arrows(step: str) -> None:
    order = list(STEPS)
    at = order.index(step)
    with st.container(horizontal=True):
        st.button(
            "Back",
            key="learn-back",
            shortcut="Left",
            disabled=at == 0,
            on_click=go,
            args=(order[max(at - 1, 0)],),
        )
        if at < len(order) - 1:
            st.button(
                f"Next: {STEPS[order[at + 1]].lower()}",
                key="learn-next",
                shortcut="Right",
                type="primary",
                on_click=go,
                args=(order[at + 1],),
            )
        else:
            st.page_link(
                "app.py", label="See it measured on Explore", icon=":material/scatter_plot:"
            )
