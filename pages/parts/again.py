"""A point whose file is gone: its figures stay, and the file can be made again."""

from __future__ import annotations

import streamlit as st

from pages.parts import cache, filing, measuring, shell, visitor
from pages.parts.controls import Choice
from quant import explain
from quant.errors import BitfrontError
from quant.jobs.requests import SweepRequest
from quant.jobs.submit import ensure_dispatcher, submit
from quant.records import Measurement
from quant.runtimes import choice_of
from quant.timing import Timing


def offer(point: Measurement, choice: Choice) -> None:
    """The figures stay, and the file can be made again."""
    if cache.store().read_only:
        st.info("The file of this point is not here; its figures are.", icon=":material/draft:")
        return
    seconds = explain.duration(point.quantize_seconds + point.evaluate_seconds)
    filing.say_what_failed()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.info(
            "The file was deleted, or made on another machine. Its figures stay.",
            icon=":material/delete:",
        )
        waits = point.recipe in measuring.in_hand(point.workload)
        st.button(
            "Being made again …" if waits else f"Make it again · {seconds}",
            key="again",
            icon=":material/restart_alt:",
            on_click=_make_again,
            args=(point, choice.data),
            disabled=waits or choice.lacks_data,
            help="Name the folder of pictures in the side panel first."
            if choice.lacks_data
            else "Measures this recipe again, on as many pictures.",
        )


def _make_again(point: Measurement, data: str | None) -> None:
    """Queue exactly that recipe."""
    try:
        request = SweepRequest(
            point.workload,
            (point.recipe,),
            data=data,
            images=point.n,
            runtime=choice_of(point.runtime),
            requested_by=visitor.name(),
            timings=(Timing(point.batch),),
        )
        submit(cache.store(), request)
        ensure_dispatcher()
    except BitfrontError as exc:
        st.session_state[filing.FAILED] = shell.sentence(exc)
