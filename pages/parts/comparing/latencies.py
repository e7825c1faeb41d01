"""How the latencies of single runs are spread, each beside FP32's."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.parts import cache
from pages.parts.chart import PLAIN
from quant import explain, plots
from quant.compare import drawing
from quant.compare.sides import Side

TOLD = (
    "Thick: the middle half of the runs. Thin: nine tenths of them. The mark is the median. Grey, "
    "below each: FP32 in the same minutes, which tells how busy the machine was then."
)


def latencies(sides: Sequence[Side]) -> None:
    """A row a point; what was not kept is said."""
    without = [side for side in sides if side.samples is None or side.samples.runs_ms is None]
    for side in without:
        st.info(
            f"{side.name} was measured before single runs were kept; measure it again to see them.",
            icon=":material/history:",
        )
    sides = _timed_alike([side for side in sides if side not in without])
    if not sides:
        return
    ids = [side.point.identity for side in sides]
    figure, words = cache.drawn(
        ("latencies", ids),
        lambda: (plots.Done(drawing.latencies(sides)), drawing.latency_words(sides)),
    )
    st.plotly_chart(figure, key="latencies", config=PLAIN, alt=words)
    if len({(side.point.machine.id, side.point.runtime) for side in sides}) > 1:
        st.warning(
            "These points were timed on different machines or runtimes: compare each with the grey "
            "FP32 below it, not with the others.",
            icon=":material/warning:",
        )
    batch = sides[0].point.batch
    st.caption(f"{TOLD} A run takes {batch} picture{'' if batch == 1 else 's'}.")


def _timed_alike(sides: Sequence[Side]) -> list[Side]:
    """Those timed as the first: runs of other batches or threads share no axis with them."""
    if not sides:
        return []
    first = sides[0].point
    alike = [s for s in sides if (s.point.batch, s.point.threads) == (first.batch, first.threads)]
    others = [side.name for side in sides if side not in alike]
    if others:
        st.info(
            f"{explain.listed(others)} {'was' if len(others) == 1 else 'were'} not timed at batch "
            f"{first.batch} on {first.threads} threads, so nothing is drawn; measure at these on "
            "Explore to see it.",
            icon=":material/timer_off:",
        )
    return alike
