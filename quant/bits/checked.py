"""What was predicted against what was measured, as a figure: how far to trust predictions."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from statistics import fmean
from typing import Any

import numpy as np
import plotly.graph_objects as go

from quant.allocate.predicted import Checked
from quant.palette import NEUTRAL, mark
from quant.plots import GRID, figure

HEIGHT = 320
MIXED = "-open-dot"  # of recipes whose layers differ


def drawn(points: Sequence[Checked]) -> go.Figure:
    """Noise of the logits in dB, predicted across and measured up; on the line they agree."""
    known = [one for one in points if one.measured.sqnr_db is not None]
    ends = [-one.predicted.sqnr_db for one in known]
    ends += [-(one.measured.sqnr_db or 0.0) for one in known]
    low, high = min(ends, default=-30.0) - 2, max(ends, default=0.0) + 2
    line = {
        "type": "scatter", "mode": "lines", "x": [low, high], "y": [low, high],
        "line": {"color": NEUTRAL, "width": 1, "dash": "dot"}, "name": "as predicted",
        "hoverinfo": "skip",
    }  # fmt: skip
    return figure([line, *_dots(known)], _layout(low, high))


def table(points: Sequence[Checked]) -> dict[str, list[Any]]:
    """The same and more as columns."""
    return {
        "point": [one.recipe.label for one in points],
        "noise predicted, dB": [round(-one.predicted.sqnr_db, 1) for one in points],
        "noise measured, dB": [
            None if one.measured.sqnr_db is None else round(-one.measured.sqnr_db, 1)
            for one in points
        ],
        "loss predicted, pp": [_pp(one.predicted.drop) for one in points],
        "loss measured, pp": [_pp(one.measured.drop) for one in points],
        "size predicted, MB": [round(one.predicted.size_bytes / 1e6, 4) for one in points],
        "size measured, MB": [round(one.measured.size_bytes / 1e6, 4) for one in points],
        "latency predicted, ms": [
            None if one.predicted.latency_ms is None else round(one.predicted.latency_ms, 3)
            for one in points
        ],
        "latency measured, ms": [round(one.measured.latency_ms, 3) for one in points],
    }


def summary(points: Sequence[Checked]) -> str:
    """The figure in a sentence; `points` are predicted without themselves."""
    off = [
        one.predicted.sqnr_db - one.measured.sqnr_db
        for one in points
        if one.measured.sqnr_db is not None
    ]
    inside = sum(1 for one in points if _inside(one))
    error = f", and noise is off by {sqrt(fmean(one * one for one in off)):.1f} dB" if off else ""
    if len(points) == 1:
        within = "lies" if inside else "does not lie"
        return (
            f"One measured point, beside what is predicted without it: its loss {within} within "
            f"its range{error}."
        )
    return (
        f"{len(points)} measured points, each beside what the others predict of it: the loss of "
        f"{inside} lies within its range{error} (root mean square)."
    )


def _inside(one: Checked) -> bool:
    low, high = one.predicted.drop_low, one.predicted.drop_high
    return low is not None and high is not None and low <= one.measured.drop <= high


def _dots(known: Sequence[Checked]) -> list[dict[str, Any]]:
    marks = dict.fromkeys(mark(one.measured) for one in known)
    return [
        {
            "type": "scatter", "mode": "markers", "name": own.name,
            "x": np.array([-one.predicted.sqnr_db for one in mine], np.float32),
            "y": np.array([-(one.measured.sqnr_db or 0.0) for one in mine], np.float32),
            "error_x": {
                "type": "data", "symmetric": False, "color": own.colour, "thickness": 1,
                "width": 3,
                "array": [_db(one.predicted.noise_high) + one.predicted.sqnr_db for one in mine],
                "arrayminus": [
                    -one.predicted.sqnr_db - _db(one.predicted.noise_low) for one in mine
                ],
            },
            "marker": {
                "color": own.colour, "size": 10,
                "symbol": [own.symbol + (MIXED if one.recipe.is_mixed else "") for one in mine],
            },
            "hovertext": [one.recipe.label for one in mine],
            "hovertemplate": "<b>%{hovertext}</b><br>predicted %{x:.1f} dB<br>measured %{y:.1f} "
            "dB<extra></extra>",
        }
        for own in marks
        for mine in [[one for one in known if mark(one.measured) == own]]
    ]  # fmt: skip


def _db(noise: float) -> float:
    return float(10 * np.log10(max(noise, 1e-12)))


def _pp(drop: float | None) -> float | None:
    return None if drop is None else round(100 * drop, 2)


def _layout(low: float, high: float) -> dict[str, Any]:
    common = {"range": [low, high], "gridcolor": GRID, "zeroline": False, "automargin": True}
    return {
        "height": HEIGHT,
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "xaxis": common | {"title": {"text": "noise of the logits predicted, dB"}},
        "yaxis": common | {"title": {"text": "measured, dB"}},
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "itemclick": False},
        "hoverlabel": {"align": "left"}, "dragmode": False, "hovermode": "closest",
    }  # fmt: skip
