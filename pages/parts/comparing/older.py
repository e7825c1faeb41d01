"""Points measured before answers and single runs were kept: one press measures them again."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from models.workload import workload
from pages.parts import cache, filing, measuring, shell, visitor
from quant import explain
from quant.compare.sides import Side
from quant.errors import BitfrontError
from quant.jobs.requests import SweepRequest
from quant.jobs.submit import ensure_dispatcher, submit
from quant.runtimes import choice_of
from quant.timing import THREADS, Timing


def offer(sides: Sequence[Side]) -> None:
    """Nothing where all is kept, where nothing is measured, or where a folder would be needed: the
    parts say what is missing."""
    old = [side for side in sides if _is_old(side) and workload(side.point.workload).embedded]
    if not old or cache.store().read_only:
        return
    names = explain.listed([side.letter for side in old])
    waits = all(side.point.recipe in measuring.in_hand(side.point.workload) for side in old)
    seconds = sum(side.point.quantize_seconds + side.point.evaluate_seconds for side in old)
    filing.say_what_failed()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.info(
            f"{names} {'was' if len(old) == 1 else 'were'} measured before answers to single "
            "pictures and single runs were kept.",
            icon=":material/history:",
        )
        st.button(
            "Being measured …" if waits else f"Measure again · {explain.duration(seconds)}",
            key="older",
            icon=":material/restart_alt:",
            on_click=_again,
            args=(old,),
            disabled=waits,
            help="On this machine, on as many pictures; what was measured before stays in the "
            "point's history.",
        )


def _is_old(side: Side) -> bool:
    kept = side.samples
    return kept is None or kept.labels is None or kept.signal is None or kept.runs_ms is None


def _again(old: Sequence[Side]) -> None:
    """Queue exactly these recipes."""
    try:
        for side in old:
            point = side.point
            request = SweepRequest(
                point.workload,
                (point.recipe,),
                images=point.n,
                fresh=True,
                runtime=choice_of(point.runtime),
                requested_by=visitor.name(),
                timings=(Timing(point.batch, point.threads if point.threads in THREADS else 0),),
            )
            submit(cache.store(), request)
        ensure_dispatcher()
    except BitfrontError as exc:
        st.session_state[filing.FAILED] = shell.sentence(exc)
