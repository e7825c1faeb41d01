"""Where the chosen point's time goes and its loss comes from, and what to try next."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from models.workload import slug
from pages.parts import cache, measuring, shell, visitor
from pages.parts.controls import Choice
from quant import explain
from quant.breakdown import chart
from quant.breakdown.found import Found
from quant.breakdown.lines import Line, lines
from quant.breakdown.loss import class_words, loss_words
from quant.breakdown.record import Breakdown
from quant.breakdown.rows import csv_text, json_text
from quant.breakdown.suggest import Suggestion, advice, in_words, nothing
from quant.breakdown.words import account_words, limit_words, peaks_words, time_words
from quant.jobs.estimate import estimate
from quant.jobs.requests import EXPLAIN, SweepRequest
from quant.jobs.submit import ensure_dispatcher, submit
from quant.recipe import Recipe
from quant.records import Measurement
from quant.runtimes import USUAL, choice_of, title

FIRST_SECONDS = 15.0  # what it takes where none of the model was explained before
PLAIN = {"displayModeBar": False, "scrollZoom": False}


def explained(point: Measurement, choice: Choice) -> None:
    """The whole account of one point, or the button that has it made."""
    if not point.ran_in.startswith(USUAL):
        st.info(
            f"This point ran in {title(point.ran_in)}, and points are taken apart in "
            f"{title(USUAL)} alone: choose it under Runtime, and explain the same recipe there.",
            icon=":material/info:",
        )
        return
    told = cache.explained(point.id)
    if told is None:
        st.markdown(
            "Not explained yet. Explaining runs this file beside FP32 under the runtime's own "
            "profiler, layer by layer, and quantises weights, activations and single layers alone "
            "to see where a loss comes from."
        )
        _ask(point, choice, "Explain", FIRST_SECONDS)
        return
    found = told.breakdown
    if not told.is_of_this_file:
        st.caption(":material/warning: The file was made anew since; explain it again.")
    st.subheader("Where the time goes", anchor=False)
    _list(time_words(found))
    _next(told, choice)
    drawing = cache.drawn(("breakdown", point.id, found.made_at), lambda: chart.bars(found))
    st.plotly_chart(drawing, key="breakdown", config=PLAIN, alt=chart.summary(found))
    _table(found)
    st.subheader("How far from the limit", anchor=False)
    _list(limit_words(found))
    st.subheader("Where a loss comes from", anchor=False)
    lost = loss_words(found, point.metric)
    _list([*lost, class_words(told.by_class, point.metric)] if found.origin else lost)
    _machine(found)
    st.caption(account_words(found, point.latency_ms, (point.batch, point.threads)))
    with st.container(horizontal=True):
        _exports(told)
        _ask(point, choice, "Explain again", found.seconds)


def _list(sentences: Sequence[str]) -> None:
    st.markdown("\n".join(f"- {_marked(sentence)}" for sentence in sentences))


def _marked(sentence: str) -> str:
    """Names of layers as they are; the label stays bold."""
    return "**".join(shell.escape(part) for part in sentence.split("**"))


def _next(told: Found, choice: Choice) -> None:
    """The first suggestion with its button, or why there is none."""
    given = advice(told.breakdown, told.beside)
    if not given.suggestions:
        st.info(_marked(nothing(told.breakdown, given.refuted)), icon=":material/check:")
        return
    first = given.suggestions[0]
    with st.container(border=True):
        st.markdown(f":material/lightbulb: {_marked(in_words(first, told.breakdown))}")
        if first.measured_ms is None:
            _try(first, choice, told.point)


def _try(one: Suggestion, choice: Choice, point: Measurement) -> None:
    if cache.store().read_only:
        return
    waits = one.recipe in measuring.in_hand(point.workload)
    expected = estimate(cache.store(), choice.workload, (one.recipe,))
    time = f" · {explain.duration(expected.seconds)}" if expected else ""
    st.button(
        "Being measured …" if waits else f"Try {one.recipe.label}{time}",
        key="try",
        icon=":material/play_arrow:",
        disabled=waits or choice.lacks_data,
        help="Name the folder of pictures in the side panel first."
        if choice.lacks_data
        else "Measures this recipe as Measure does; what it really gave is then said here.",
        on_click=_queue,
        args=(SweepRequest(
            point.workload, (one.recipe,), data=choice.data, requested_by=visitor.name(),
            runtime=choice_of(point.runtime),
        ),),
    )  # fmt: skip


def _ask(point: Measurement, choice: Choice, label: str, seconds: float) -> None:
    if cache.store().read_only:
        st.caption("This is a read-only copy: nothing is explained here.")
        return
    waits = point.recipe in _in_hand(point.workload)
    request = SweepRequest(
        point.workload,
        (point.recipe,),
        data=choice.data,
        images=point.n,
        requested_by=visitor.name(),
        purpose=EXPLAIN,
    )
    st.button(
        "Being explained …" if waits else f"{label} · {explain.duration(seconds)}",
        key="explain",
        icon=":material/troubleshoot:",
        disabled=waits or choice.lacks_data,
        help="Name the folder of pictures in the side panel first."
        if choice.lacks_data
        else "Runs in the background, alone on the machine; the answer appears here.",
        on_click=_queue,
        args=(request,),
    )


def _queue(request: SweepRequest) -> None:
    submit(cache.store(), request)
    ensure_dispatcher()


def _in_hand(workload: str) -> set[Recipe]:
    """Points of a workload that wait to be explained, or are."""
    return {
        task.recipe
        for sweep in cache.running(workload)
        if sweep.purpose == EXPLAIN
        for task in cache.tasks(sweep.id)
    }


def _table(found: Breakdown) -> None:
    with st.expander("Layer by layer", type="compact"):
        rows = [_row(line) for line in lines(found)]
        st.dataframe(
            {name: [row[name] for row in rows] for name in rows[0]},
            hide_index=True,
            key="breakdown-lines",
            alt=f"{len(rows)} layers of {found.recipe.label}: time in FP32 and in this file",
        )
        st.caption(
            "A layer's line holds all that follows it until the next layer. The limit is the "
            "longer of its multiply-adds at the machine's peak and its bytes at its bandwidth."
        )


def _row(line: Line) -> dict[str, object]:
    reached = line.limit_ms / line.ms if line.limit_ms and line.ms else None
    return {
        "layer": line.layer,
        "op": line.op,
        "FP32, ms": round(line.fp32_ms, 4),
        "this file, ms": round(line.ms, 4),
        "8-bit kernels": round(line.integer_ms, 4),
        "in float": round(line.float_ms, 4),
        "conversions": round(line.conversion_ms, 4),
        "clips": round(line.clip_ms, 4),
        "moving values": round(line.layout_ms, 4),
        "limit, ms": None if line.limit_ms is None else round(line.limit_ms, 4),
        "at its limit, %": None if reached is None else round(100 * reached),
        "share of the noise, %": None
        if line.noise_share is None
        else round(100 * line.noise_share, 1),
        "multiply-adds": line.macs,
    }


def _machine(found: Breakdown) -> None:
    with st.expander(f"This machine: {found.machine.label}", type="compact"):
        st.markdown(_marked(peaks_words(found)))
        tries = (*found.peaks.float_tries, *found.peaks.integer_tries)
        st.dataframe(
            {
                "kernel": [one.what for one in tries],
                "10⁹ multiply-adds a second": [round(one.giga_per_second, 1) for one in tries],
            },
            hide_index=True,
            key="peaks",
            alt=f"{len(tries)} kernels that the peaks of {found.machine.label} rest on",
        )


def _exports(told: Found) -> None:
    name = f"{slug(told.point.workload)}-{told.point.recipe.bits}-explained"
    for label, text, mime in (
        ("CSV", lambda: csv_text(told.breakdown), "text/csv"),
        ("JSON", lambda: json_text(told.row()), "application/json"),
    ):
        st.download_button(
            label,
            data=text,
            file_name=f"{name}.{label.lower()}",
            mime=mime,
            key=f"explained-{label.lower()}",
            on_click="ignore",
            icon=":material/table:" if label == "CSV" else ":material/data_object:",
            help="The figures of explain --json, and of explain --csv.",
        )
