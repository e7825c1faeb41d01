"""Ask for measurements and watch them arrive. The work itself is done by another process."""

from __future__ import annotations

from collections.abc import Collection

import streamlit as st

from pages.parts import cache, models, moment, shell, visitor
from pages.parts.controls import Choice
from quant import explain
from quant.errors import BitfrontError
from quant.jobs.estimate import Estimate, estimate
from quant.jobs.requests import (
    DONE_TO,
    EXPLAIN,
    FAILED,
    MEASURE,
    QUEUED,
    RUNNING,
    SENSITIVITY,
    SweepRequest,
    SweepStatus,
)
from quant.jobs.submit import ensure_dispatcher, first_sweep, first_workload, submit
from quant.recipe import Recipe
from quant.timing import Timing

EVERY_SECONDS = 1.0
DOING = {EXPLAIN: "Taking a point apart", SENSITIVITY: "Trying each layer at each width"}
FIRST = "first start"  # who asks for the first sweep


def begin() -> None:
    """On a fresh store the first sweep starts by itself."""
    ready = first_workload()
    if ready and cache.newest_sweep(ready.name) is None and first_sweep(cache.store()):
        moment.changed()
        ensure_dispatcher()


def known(choice: Choice, measured: Collection[Recipe]) -> Collection[Recipe]:
    """Recipes that need not be asked for. Of another folder's pictures nothing is known here:
    there, the store answers at once for what it has.
    """
    return () if choice.workload.needs_data else measured


def offer(choice: Choice, measured: Collection[Recipe], filed: Collection[Recipe]) -> None:
    """The button that says what will happen and how long it takes.

    `measured` need not be asked for; of `filed`, only latency is to be measured.
    """
    fresh = [recipe for recipe in choice.recipes if recipe not in measured]
    waiting = in_hand(choice.workload.name, choice.timing, choice.runtime)
    wanted = [recipe for recipe in fresh if recipe not in waiting]
    # FP32 is measured along where it is not there yet.
    along = [] if Recipe.fp32() in measured else [Recipe.fp32()]
    expected = _expected(choice, (*along, *wanted), filed) if wanted else None
    verb = "Time" if wanted and set(wanted) <= set(filed) else "Measure"
    lacks = models.lacking(choice.workload, choice.data) if wanted else ()
    label, why_not = _label(choice, verb, fresh, wanted, expected)
    pressed = st.button(
        label,
        type="primary",
        key="measure",
        icon=":material/play_arrow:" if not why_not else None,
        disabled=bool(why_not),
        help=why_not or _hint(expected, only_timed=verb == "Time"),
        width="stretch",
    )
    if lacks and not why_not:
        st.caption(f":material/download: Downloads {models.in_words(lacks)} first.")
    if expected and expected.guessed_from and not why_not:
        st.caption(f"Time guessed from {expected.guessed_from}.")
    if pressed and wanted:
        request = SweepRequest(
            choice.workload.name,
            tuple(wanted),
            data=choice.data,
            runtime=choice.runtime,
            requested_by=visitor.name(),
            timings=(choice.timing,),
        )
        submit(cache.store(), request)
        ensure_dispatcher()
        st.rerun()


def progress(workload: str) -> None:
    """What runs for this workload, or how the last sweep failed."""
    if cache.running(workload):
        ensure_dispatcher()
        _live(workload, cache.stamp().points)
    elif (last := cache.newest_sweep(workload)) and last.state == FAILED:
        _failed(last)


def awaited(workload: str) -> str:
    """Before the first point: what is being measured, or nothing."""
    running = cache.running(workload)
    if not running:
        return ""
    soon = "The first dot appears here as soon as it is measured."
    if running[0].requested_by != FIRST:
        return soon
    return (
        f"This store is fresh, so Bitfront measures its own first sweep: {running[0].total} "
        f"files of {workload}, from float to two bits. {soon}"
    )


def untimed(timed_at: str) -> str:
    """Where the model is measured, but not so."""
    if cache.store().read_only:
        return f"Nothing here was timed {timed_at}. Choose another batch or number of threads."
    return (
        f"Nothing is timed {timed_at} yet. Press the button in the side panel: what is measured "
        "already is not made again, only timed."
    )


def _label(
    choice: Choice,
    verb: str,
    fresh: list[Recipe],
    wanted: list[Recipe],
    expected: Estimate | None,
) -> tuple[str, str]:
    """What the button says, and why it cannot be pressed, or nothing."""
    if cache.store().read_only:
        return "Measure", "Measuring is off: this store is read-only."
    if not choice.recipes:
        return "Measure", "Choose at least one width of weights and one of activations."
    if choice.lacks_data:
        return "Measure", "Name a folder of pictures first, or use Imagenette."
    if not fresh:
        return f"All {len(choice.recipes)} are measured", "Choose other widths to measure more."
    if not wanted:
        return f"Measuring {len(fresh)} …", "They appear as they are measured."
    time = f" · {explain.duration(expected.seconds)}" if expected else ""
    more = " more" if len(wanted) < len(choice.recipes) else ""
    return f"{verb} {len(wanted)}{more}{time}", ""


def _expected(
    choice: Choice, recipes: tuple[Recipe, ...], filed: Collection[Recipe]
) -> Estimate | None:
    pictures = cache.pictures_in(choice.data, choice.workload.classes) if choice.data else None
    return estimate(cache.store(), choice.workload, recipes, pictures, filed)


def _hint(expected: Estimate | None, *, only_timed: bool) -> str:
    """What the button does, and what its time rests on."""
    told = "Runs in the background; each point appears as it is measured."
    if only_timed:
        told = f"The files are there: only their latency is measured. {told}"
    if any(not sweep.is_over for sweep in cache.open_sweeps()):
        told += " Others are being measured: yours take turns with theirs."
    if expected is None:
        return f"{told} Nothing was measured yet that would tell how long it takes."
    if expected.guessed_from:
        guess = "The time is a first guess from the pace of"
        return f"{told} {guess} {expected.guessed_from}; the first point makes it better."
    return told


def in_hand(workload: str, timing: Timing | None = None, runtime: str | None = None) -> set[Recipe]:
    """Recipes that wait or run, to be timed so or anyhow, in that runtime or in any."""
    return {
        task.recipe
        for sweep in cache.running(workload)
        if sweep.purpose == MEASURE
        for task in cache.tasks(sweep.id)
        if task.state in (QUEUED, RUNNING)
        and timing in (None, task.timing)
        and runtime in (None, task.runtime)
    }


@st.fragment(run_every=EVERY_SECONDS)
def _live(workload: str, points: int) -> None:
    """Runs by itself while something is measured; a new point, or the end, redraws the page."""
    try:
        running = cache.running(workload)
        if not running or cache.stamp().points != points:
            st.rerun()
        for sweep in running:
            _bar(sweep)
    except BitfrontError as exc:
        st.error(shell.sentence(exc), icon=":material/error:")


def _bar(sweep: SweepStatus) -> None:
    left, right = st.columns([5, 1], vertical_alignment="center")
    left.progress(min(max(sweep.fraction, 0.0), 1.0), text=_words(sweep))
    if right.button("Cancel", key=f"cancel-{sweep.id}", width="stretch"):
        cache.store().cancel(sweep.id)
        st.rerun()


def _words(sweep: SweepStatus) -> str:
    if sweep.purpose != MEASURE:
        step = shell.escape(sweep.step) if sweep.step else "waits for its turn"
        left = f" · {explain.duration(sweep.seconds_left)} left" if sweep.seconds_left else ""
        return f"{DOING[sweep.purpose]} · {step}{left}"
    if sweep.state == QUEUED:
        return f"{sweep.total} points wait to be measured; the worker is starting"
    left = f" · {explain.duration(sweep.seconds_left)} left" if sweep.seconds_left else ""
    step = f" · {shell.escape(sweep.step)}" if sweep.step else ""
    return f"{sweep.done} of {sweep.total} measured{left}{step}"


def _failed(sweep: SweepStatus) -> None:
    reasons = list(
        dict.fromkeys(message.partition(": ")[2] or message for message in sweep.messages)
    )
    more = f" ({len(reasons) - 3} more reasons)" if len(reasons) > 3 else ""
    shown = " ".join(shell.escape(reason) for reason in reasons[:3])
    st.warning(
        f"{sweep.failed} of {sweep.total} could not be {DONE_TO[sweep.purpose]}. {shown}{more}",
        icon=":material/warning:",
    )
