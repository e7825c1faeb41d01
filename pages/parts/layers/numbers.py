"""The three large numbers: predicted, and below them measured once that is done."""

from __future__ import annotations

from math import nan

import numpy as np
import streamlit as st

from pages.parts import terms
from pages.parts.layers.asked import Asked
from quant.allocate.predict import Predictor
from quant.allocate.predicted import Predicted
from quant.bits import figures
from quant.bits.figures import Base
from quant.point import Figures

UNMEASURED = ("not measured yet",) * 3  # a line, so that nothing moves when it is filled
MEANT = (
    "Predicted, not measured: 90 of 100 files should lie within the ranges. Below stands what they "
    "rest on."
)

MEANING = terms.told("Predicted from what each layer loses.", "sensitivity", "interval", "mixed")


def draw(asked: Asked, predicted: Predicted, measured: Figures | None) -> None:
    """What is predicted, what is measured of it, and how far apart they are. As high before as
    after a measurement: while a column is dragged, nothing may move away from the mouse."""
    three = figures.predicted(predicted, base(asked), asked.workload.metric)
    found = figures.measured(measured) if measured else UNMEASURED
    with st.grid(3, min_column_width=190):
        for one, told in zip(three, found, strict=True):
            with st.container(gap=None):
                st.metric(
                    one.name,
                    one.value,
                    one.note,
                    delta_color="off",
                    delta_arrow="off",
                    help=MEANING,
                )
                st.caption(told)
    surprise = figures.surprise(predicted, measured) if measured else MEANT
    st.caption(f":material/{'compare_arrows' if measured else 'insights'}: {surprise}")


def base(asked: Asked) -> Base:
    """FP32 there."""
    points = asked.measured
    if not len(points):
        return Base(nan, nan, nan)
    [any_one] = points.figures([int(np.argmax(points.is_fp32))])
    return Base(any_one.fp32_size_bytes, any_one.fp32_latency_ms, any_one.fp32_accuracy)


def basis(known: Predictor) -> str:
    """What predictions rest on."""
    count = len(known.alike)
    rest = (
        f"corrected by {count} measured point{'s' if count > 1 else ''} of {known.method}"
        if count
        else f"nothing of {known.method} is measured here yet, so ranges are wide"
    )
    pace = f" Latency: {known.pace.words}." if known.pace else ""
    return f"Noise of the layers, summed; {rest}.{pace}"
