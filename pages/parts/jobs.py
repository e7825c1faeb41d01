"""What runs, what waits, and what became of it: a card a sweep."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence

import streamlit as st

from pages.parts import cache, terms, visitor
from pages.parts.shell import escape
from quant import explain
from quant.jobs.requests import (
    CANCELLED,
    DONE,
    DONE_TO,
    EXPLAIN,
    FAILED,
    QUEUED,
    RUNNING,
    SENSITIVITY,
    SOONER,
    SweepStatus,
    TaskStatus,
)
from quant.jobs.submit import ensure_dispatcher

STATES = {
    QUEUED: ("waits", "gray", ":material/schedule:"),
    RUNNING: ("runs", "primary", ":material/progress_activity:"),
    DONE: ("done", "green", ":material/check_circle:"),
    FAILED: ("failed", "orange", ":material/warning:"),
    CANCELLED: ("cancelled", "gray", ":material/cancel:"),
}
MOST_REASONS = 5


def card(sweep: SweepStatus) -> None:
    """One sweep: who asked, what, the bar, what can be done about it, and its points."""
    with st.container(border=True):
        head, buttons = st.columns([3, 1], vertical_alignment="top")
        with head:
            _head(sweep)
        with buttons, st.container(horizontal=True, horizontal_alignment="right"):
            _buttons(sweep)
        if not sweep.is_over:
            st.progress(min(max(sweep.fraction, 0.0), 1.0), text=progress(sweep))
        _failures(sweep)
        _points(sweep)


def progress(sweep: SweepStatus) -> str:
    """`3 of 12 measured · about 40 s left · w4a8·mse: Timing beside FP32`."""
    left = f" · {explain.duration(sweep.seconds_left)} left" if sweep.seconds_left else ""
    failed = f", {sweep.failed} failed" if sweep.failed else ""
    waits = " · waits for its turn" if sweep.state == QUEUED else ""
    step = f" · {escape(sweep.step)}" if sweep.step else ""
    done = DONE_TO[sweep.purpose]
    return f"{sweep.done} of {sweep.total} {done}{failed}{left}{waits}{step}"


def _head(sweep: SweepStatus) -> None:
    word, colour, icon = STATES[sweep.state]
    points = "1 point" if sweep.total == 1 else f"{sweep.total} points"
    points += " to explain" if sweep.purpose == EXPLAIN else ""
    points = "sensitivity of its layers" if sweep.purpose == SENSITIVITY else points
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{escape(sweep.workload)}** · {points}", width="content")
        st.badge(word, color=colour, icon=icon)  # type: ignore[arg-type]
    asked = escape(visitor.shown(sweep.requested_by))
    first = " · goes before the others" if sweep.priority >= SOONER and not sweep.is_over else ""
    st.caption(
        f"asked for by {asked}, {ago(time.time() - sweep.requested_at)}{first}",
        help=terms.told("", "sweep", "recipe"),
    )


def _buttons(sweep: SweepStatus) -> None:
    if cache.store().read_only:
        return
    if not sweep.is_over:
        if sweep.priority < SOONER and st.button(
            "Do first",
            key=f"first-{sweep.id}",
            help="Let it go before all others; what runs now is finished first.",
        ):
            cache.store().prioritise(sweep.id, SOONER)
            st.rerun()
        if st.button("Cancel", key=f"cancel-{sweep.id}", help="What is measured is kept."):
            cache.store().cancel(sweep.id)
            st.rerun()
    elif sweep.done < sweep.total:
        missing = sweep.total - sweep.done
        if st.button(
            f"Retry {missing}",
            key=f"retry-{sweep.id}",
            icon=":material/refresh:",
            help="Measures again what failed or was cancelled; what is done stays.",
        ):
            cache.store().retry(sweep.id)
            ensure_dispatcher()
            st.rerun()


def _failures(sweep: SweepStatus) -> None:
    """Each reason once, with the points that it stopped."""
    reasons: dict[str, list[str]] = defaultdict(list)
    for message in sweep.messages:
        label, _, sentence = message.partition(": ")
        reasons[sentence].append(label)
    for sentence, labels in list(reasons.items())[:MOST_REASONS]:
        some = ", ".join(labels[:4]) + (f" and {len(labels) - 4} more" if len(labels) > 4 else "")
        text = escape(sentence[:1].upper() + sentence[1:].rstrip("."))
        st.warning(f"{escape(some)}: {text}.", icon=":material/warning:")
    if len(reasons) > MOST_REASONS:
        st.caption(f"and {len(reasons) - MOST_REASONS} more reasons, see the points")


def _points(sweep: SweepStatus) -> None:
    # Open or shut, it is read again only while somebody looks.
    opened = st.expander(
        "Points and logs", key=f"points-{sweep.id}", on_change="rerun", type="compact"
    )
    if not opened.open:
        return
    with opened:
        tasks = cache.tasks(sweep.id)
        rows = [_row(task) for task in tasks]
        st.dataframe(
            {name: [row[name] for row in rows] for name in rows[0]},
            hide_index=True,
            column_config={
                "point": st.column_config.TextColumn(width="medium"),
                "progress": st.column_config.ProgressColumn(
                    min_value=0.0, max_value=1.0, format="percent", width="small"
                ),
                "now": st.column_config.TextColumn(width="large"),
                "took, s": st.column_config.NumberColumn(format="%.1f"),
            },
            alt=f"{len(tasks)} points of this sweep, one a row",
        )
        _log(sweep, tasks)


def _row(task: TaskStatus) -> dict[str, object]:
    return {
        "point": task.label,
        "state": STATES[task.state][0],
        "progress": round(task.fraction, 2),
        "now": now(task),
        "took, s": task.seconds,
        "attempts": task.attempt,
    }


def now(task: TaskStatus) -> str:
    """What a point is at, with the time left of the step and of the point; or why it failed."""
    if task.state != RUNNING:
        return task.sentence
    told = task.step.endswith(" left")  # layers say it themselves
    times = (("step", None if told else task.step_seconds_left), ("point", task.seconds_left))
    left = [
        f"{explain.duration(seconds)} of this {what}" for what, seconds in times
        if seconds is not None
    ]  # fmt: skip
    return f"{task.step} · {', '.join(left)} left" if left else task.step


def _log(sweep: SweepStatus, tasks: Sequence[TaskStatus]) -> None:
    """The log of one point: of the first that failed, else of what runs, else of the first."""
    order = (FAILED, RUNNING, DONE, CANCELLED, QUEUED)
    usual = min(range(len(tasks)), key=lambda at: (order.index(tasks[at].state), at))
    at = st.selectbox(
        "Log of",
        range(len(tasks)),
        index=usual,
        format_func=lambda at: tasks[at].label,
        key=f"log-{sweep.id}",
        width=320,
    )
    log = cache.store().log(tasks[at].id)
    st.code(log or "Nothing has happened yet.", language=None, height=260, wrap_lines=True)
    st.caption("Times are in UTC.")


def ago(seconds: float) -> str:
    """`just now`, `5 minutes ago`, `3 days ago`; clocks that disagree make it `just now`."""
    for unit, name in ((86400, "day"), (3600, "hour"), (60, "minute")):
        count = int(seconds // unit)
        if count > 0:
            return f"{count} {name}{'s' if count > 1 else ''} ago"
    return "just now"
