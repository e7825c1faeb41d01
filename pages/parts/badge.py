"""On every page: what is being measured right now, and a word when it is done."""

from __future__ import annotations

import streamlit as st

from pages.parts import cache
from quant import explain
from quant.errors import BitfrontError
from quant.jobs.requests import CANCELLED, DONE, EXPLAIN, SENSITIVITY, SweepStatus

PAGE = "pages/4_Jobs.py"
BUSY_SECONDS, IDLE_SECONDS = 2.0, 20.0
MOST_TOASTS = 3
_SEEN = "sweeps seen open"


def link() -> None:
    """The way to the Jobs page, with how far it is while something runs."""
    running = cache.open_sweeps()
    _tell(running)
    st.fragment(_link, run_every=BUSY_SECONDS if running else IDLE_SECONDS)(
        frozenset(sweep.id for sweep in running)
    )


def _link(known: frozenset[str]) -> None:
    try:
        running = cache.open_sweeps()
    except BitfrontError:
        return  # the page itself says what is wrong with the store
    if known != frozenset(sweep.id for sweep in running):
        st.rerun()
    words = _words(running)
    icon = ":material/progress_activity:" if running else ":material/checklist:"
    st.page_link(PAGE, label=f"Jobs · {words}" if words else "Jobs", icon=icon)


def _words(running: tuple[SweepStatus, ...]) -> str:
    if not running:
        return ""
    done = sum(sweep.done + sweep.failed for sweep in running)
    left = [sweep.seconds_left for sweep in running]
    known = [seconds for seconds in left if seconds is not None]
    time = f" · {explain.duration(max(known))}" if len(known) == len(left) else ""
    return f"{done} of {sum(sweep.total for sweep in running)}{time}"


def _tell(running: tuple[SweepStatus, ...]) -> None:
    """A toast for each sweep that this visitor saw running and that is over now; one for many."""
    seen: set[str] = st.session_state.get(_SEEN, set())
    now = {sweep.id for sweep in running}
    over = seen - now
    if len(over) > MOST_TOASTS:
        st.toast(f"{len(over)} sweeps are over. See Jobs.", icon=":material/info:", duration="long")
    for gone in over if len(over) <= MOST_TOASTS else ():
        if sweep := cache.store().sweep(gone):
            st.toast(sentence(sweep), icon=_icon(sweep), duration="long")
    st.session_state[_SEEN] = now


def sentence(sweep: SweepStatus) -> str:
    """How a sweep ended."""
    points = "1 point" if sweep.done == 1 else f"{sweep.done} points"
    if sweep.purpose == EXPLAIN:
        return _explained(sweep)
    if sweep.purpose == SENSITIVITY:
        return _tried(sweep)
    if sweep.state == CANCELLED:
        return f"Cancelled: {sweep.workload}; {points} measured before are kept."
    if sweep.failed:
        return f"{sweep.workload}: {points} measured, {sweep.failed} failed. See Jobs."
    return f"Done: {points} of {sweep.workload} measured."


def _explained(sweep: SweepStatus) -> str:
    if sweep.state == CANCELLED:
        return f"Cancelled: nothing of {sweep.workload} was explained."
    if sweep.failed:
        return f"{sweep.workload}: a point could not be explained. See Jobs."
    return f"Done: a point of {sweep.workload} is explained."


def _tried(sweep: SweepStatus) -> str:
    if sweep.state == CANCELLED:
        return f"Cancelled: the layers of {sweep.workload}; what was tried is found again."
    if sweep.failed:
        return f"{sweep.workload}: its layers could not be tried. See Jobs."
    return f"Done: every layer of {sweep.workload} was tried at every width."


def _icon(sweep: SweepStatus) -> str:
    return ":material/check_circle:" if sweep.state == DONE else ":material/info:"
