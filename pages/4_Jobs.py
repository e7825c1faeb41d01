"""Jobs: what runs, what waits, and what became of it."""

import streamlit as st

from pages.parts import cache, jobs, shell
from quant.errors import BitfrontError

EVERY_SECONDS = 1.0
MOST_SHOWN = 20


@st.fragment(run_every=EVERY_SECONDS)
def live(known: frozenset[str]) -> None:
    """What goes on, drawn anew every second; a sweep that begins or ends redraws the page."""
    try:
        running = cache.open_sweeps()
        if known != frozenset(sweep.id for sweep in running):
            st.rerun()
        for sweep in running:
            jobs.card(sweep)
    except BitfrontError as exc:
        st.error(shell.sentence(exc), icon=":material/error:")


with shell.page("Jobs"):
    st.title("Jobs", anchor=False)
    if cache.store().read_only:
        st.info("This is a read-only copy: nothing is measured here.", icon=":material/lock:")
    running = cache.open_sweeps()
    over = [sweep for sweep in cache.newest_sweeps() if sweep.is_over]
    if running:
        cache.keep_measuring()
        st.subheader("Now", anchor=False)
        live(frozenset(sweep.id for sweep in running))
    elif not over:
        st.info(
            "Nothing was asked for yet. Choose widths on Explore and press Measure; how far it "
            "is shows here.",
            icon=":material/touch_app:",
        )
    else:
        st.caption("Nothing runs and nothing waits. To measure more, press Measure on Explore.")
    if over:
        st.subheader("Before", anchor=False)
        for sweep in over[:MOST_SHOWN]:
            jobs.card(sweep)
        if len(over) > MOST_SHOWN:
            st.caption(f"The newest {MOST_SHOWN} are shown.")
