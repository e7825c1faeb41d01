"""How the latencies of single runs are spread, each beside FP32's."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.parts import cache
from pages.parts.chart import PLAIN
from quant import plots
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
    if len(without) == len(sides):
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
    batches = sorted({side.point.batch for side in sides})
    one = batches == [1]
    runs = f"A run takes {' or '.join(map(str, batches))} picture{'' if one else 's'}."
    st.caption(f"{TOLD} {runs}")
