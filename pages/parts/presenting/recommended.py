"""The last screen: the recommendation, what else was considered, and what would change it."""

from __future__ import annotations

from functools import partial

import streamlit as st

from pages.parts import controls, links, measuring, place, reports, shell, take
from pages.parts.presenting import frame, left, ondevice, questions, view
from pages.parts.presenting.state import State
from pages.parts.presenting.view import Seen
from quant import explain
from quant.present.answer import Status
from quant.present.change import changes
from quant.present.considered import considered
from quant.present.named import named
from quant.present.presets import caveat
from quant.present.words import sentence, verdict
from quant.records import Measurement
from quant.timing import in_threads


def recommendation(state: State, seen: Seen) -> None:
    """In one sentence; then what it rests on."""
    workload = state.workload
    if seen.answer.status is Status.EMPTY:
        frame.heading(f"Nothing is measured of {workload.name} yet.")
        questions.empty(state)
        return
    st.caption(f"{shell.escape(workload.title)} on {shell.escape(workload.dataset)}")
    compared = seen.compared
    answered = verdict(seen.answer, state.asked)
    said = sentence(seen.answer, state.asked, compared)
    frame.heading(f"{answered}. {said}" if answered else said)
    if state.situation is not None:
        st.caption(f":material/info: {caveat(state.situation, workload.dataset)}")
    chosen = seen.chosen
    if chosen is not None:
        _provenance(chosen)
        if doubt := explain.unsteady(chosen):
            st.caption(f":material/warning: {doubt}")
    left.draw(seen)
    if chosen is not None:
        ondevice.draw(chosen, seen)
    _considered(seen)
    _changes(seen)
    _take(state, seen)
    _measured_on(seen)


def _considered(seen: Seen) -> None:
    others = considered(seen.points, seen.answer, seen.state.asked, seen.compared)
    if not others:
        return
    frame.subheading("What else was considered, and why not")
    lines = [
        f"- **{named(one.point.recipe)}** ({one.point.recipe.label}, {one.role}, "
        f"{explain.size(one.point.size_bytes)}). {one.why_not}"
        for one in others
    ]
    st.markdown("\n".join(lines))


def _changes(seen: Seen) -> None:
    said = changes(seen.points, seen.answer, seen.state.asked, seen.energy, seen.draws)
    if said:
        frame.subheading("What would change the answer")
        st.markdown("\n".join(f"- {shell.escape(one)}" for one in said))


def _take(state: State, seen: Seen) -> None:
    """The file, its recipe, the command, and the report; where there is no file, the report."""
    chosen, ground = seen.chosen, seen.ground
    if ground is None:
        return
    frame.subheading("Take it with you")

    def report(file: str) -> None:
        check = partial(view.error, ground)
        reports.menu(file, ground, state.asked, check=check)

    if chosen is None:
        report(state.workload.slug)
        return
    choice = controls.Choice(state.workload, ())
    take.row(chosen, choice, report, only_take=True)
    measuring.progress(state.workload.name)


def _provenance(one: Measurement) -> None:
    timed = f"{in_threads(one.threads)}, {explain.batch_of(one.batch)} at a time"
    st.caption(
        f"Measured on {one.n:,} pictures · {one.machine.cpu}, {timed} · {one.runtime} · "
        f"{one.measured_at[:10]}"
    )


def _measured_on(seen: Seen) -> None:
    """Where the store holds several machines or runtimes: another one's figures."""
    known = view.spots(seen.state)
    if len(known) < 2 or seen.ground is None:
        return
    names = {
        token: f"{one.runtime} · {one.data} · {one.machine_id[:6]}" for token, one in known.items()
    }
    st.session_state["present-ground"] = place.token(seen.ground)
    st.selectbox(
        "Measured on",
        list(names),
        format_func=names.get,
        key="present-ground",
        on_change=lambda: links.choose(links.GROUND, st.session_state["present-ground"]),
    )
