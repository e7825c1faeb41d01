"""The three large numbers: predicted, and below them measured once that is done."""

from __future__ import annotations

from math import nan

import numpy as np
import streamlit as st

from pages.parts.layers.asked import Asked
from quant.allocate.predict import Predictor
from quant.allocate.predicted import Predicted
from quant.bits import figures
from quant.bits.figures import Base, Figure
from quant.point import Figures


def draw(asked: Asked, known: Predictor, predicted: Predicted, measured: Figures | None) -> None:
    """Rows of three, and how far apart they are."""
    metric = asked.workload.metric
    _row(figures.predicted(predicted, base(asked), metric))
    if measured is not None:
        _row(figures.measured(measured, metric))
        st.caption(f":material/compare_arrows: {figures.surprise(predicted, measured)}")
        return
    st.caption(f":material/insights: {_basis(known)}")


def base(asked: Asked) -> Base:
    """FP32 there."""
    points = asked.measured
    if not len(points):
        return Base(nan, nan, nan)
    [any_one] = points.figures([int(np.argmax(points.is_fp32))])
    return Base(any_one.fp32_size_bytes, any_one.fp32_latency_ms, any_one.fp32_accuracy)


def _row(three: tuple[Figure, ...]) -> None:
    with st.grid(3, min_column_width=190):
        for one in three:
            st.metric(one.name, one.value, one.note, delta_color="off", delta_arrow="off")


def _basis(known: Predictor) -> str:
    """What predictions rest on."""
    count = len(known.alike)
    rest = (
        f"corrected by {count} measured point{'s' if count > 1 else ''} of {known.method}"
        if count
        else f"nothing of {known.method} is measured here yet, so bands are wide"
    )
    pace = f" Latency: {known.pace.words}." if known.pace else ""
    return (
        f"Predicted, not measured: noise of the layers, summed; {rest}. 90 of 100 files should "
        f"lie within the ranges.{pace}"
    )
