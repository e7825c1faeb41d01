"""Classes, confusions and latencies of points side by side, as figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isfinite
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from quant import explain, metric
from quant.compare.classes import OfClass
from quant.compare.sides import Side
from quant.palette import COLUMNS, NEUTRAL, Mark
from quant.plots import GRID, figure
from quant.samples import QUANTILES, Floats
from quant.spans import Span, ticks

ROW_PX, AROUND_PX = 26, 70
STRONG = 0.7  # of the largest change: from there on numbers are white
WORSE, BETTER = "#D55E00", "#0072B2"
LOW, LOWER, MIDDLE, HIGHER, HIGH = (QUANTILES.index(q) for q in (0.05, 0.25, 0.5, 0.75, 0.95))
Values = Callable[[OfClass], tuple[float, ...]]


def classes(rows: Sequence[OfClass], sides: Sequence[Side], *, noise: bool) -> go.Figure:
    """A line a class, a mark a point: accuracy in %, or signal to noise in dB."""
    values: Values = _decibels if noise else _accuracies
    unit = "dB" if noise else "%"
    names = [row.name for row in rows]
    links = [
        {
            "type": "scatter", "mode": "lines", "hoverinfo": "skip", "showlegend": False,
            "x": [min(found), max(found)], "y": [row.name] * 2,
            "line": {"color": NEUTRAL, "width": 1},
        }
        for row in rows
        if len(found := [value for value in values(row) if isfinite(value)]) > 1
    ]  # fmt: skip
    dots = [
        {
            "type": "scatter", "mode": "markers", "name": side.name, "y": names,
            "x": [value if isfinite(value := values(row)[at]) else None for row in rows],
            "marker": {"color": look.colour, "symbol": look.symbol, "size": 11},
            "hovertemplate": f"%{{y}}<br>{side.name}: %{{x:.1f}} {unit}<extra></extra>",
        }
        for at, (side, look) in enumerate(zip(sides, COLUMNS, strict=False))
    ]  # fmt: skip
    title = (
        "logits, signal to noise by class, dB"
        if noise
        else metric.titled(sides[0].point.metric, "accuracy by class, %")
    )
    return figure([*links, *dots], _layout(len(rows), title, names))


def latencies(sides: Sequence[Side]) -> go.Figure:
    """Single runs: the middle half as a bar, nine tenths as a line, the median as a mark; below,
    in grey, FP32 timed beside it."""
    known = _timed(sides)
    data = [
        trace
        for at, (side, look, own, beside) in enumerate(known)
        for trace in (
            *_spread(at, own, look, side.name),
            *(
                []
                if side.point.recipe.is_fp32
                else _spread(at + 0.3, beside, COLUMNS[0], f"FP32 beside {side.letter}", thin=True)
            ),
        )
    ]
    layout = _layout(2 * len(known), "latency of single runs, ms, log scale", None)
    ends = [value for _, _, own, beside in known for value in (own[LOW], beside[HIGH], own[HIGH])]
    if ends:
        span = Span(float(min(ends)) * 0.9, float(max(ends)) * 1.1, log=True)
        values = ticks(span, ())
        layout["xaxis"] |= {
            "type": "log", "range": span.range, "tickvals": values,
            "ticktext": [f"{value:g}" for value in values],
        }  # fmt: skip
    layout["yaxis"] |= {
        "tickvals": list(range(len(known))),
        "ticktext": [side.name for side, *_ in known],
        "range": [len(known) - 0.3, -0.6],
    }
    layout["showlegend"] = False
    return figure(data, layout)


def confusions(change: NDArray[np.int64], names: Sequence[str]) -> go.Figure:
    """What is taken for what, after less before; right answers are left out."""
    moved = np.where(np.eye(len(change), dtype=bool), 0, change)
    most = max(1, int(np.abs(moved).max()))
    heat = {
        "type": "heatmap", "x": list(names), "y": list(names), "zmin": -most, "zmax": most,
        "z": [[count or None for count in row] for row in moved.tolist()],
        "xgap": 1, "ygap": 1, "showscale": False, "hoverongaps": False,
        "colorscale": [[0, BETTER], [0.5, "rgba(128,134,145,0.12)"], [1, WORSE]],
        "hovertemplate": "%{y} taken for %{x}: %{z:+d} pictures<extra></extra>",
    }  # fmt: skip
    strong = np.abs(moved) > STRONG * most
    layout = _layout(len(names), "taken for", list(names))
    layout["yaxis"]["title"] = {"text": "truth"}
    layout["xaxis"] |= {"type": "category", "showgrid": False}
    layout["yaxis"]["showgrid"] = False
    numbers = [
        _numbers(moved, names, ~strong & (moved != 0), {}),
        _numbers(moved, names, strong, {"color": "#FFFFFF"}),
    ]
    return figure([heat, *numbers], layout)


def _numbers(
    moved: NDArray[np.int64], names: Sequence[str], which: NDArray[np.bool_], font: dict[str, str]
) -> dict[str, Any]:
    """Plotly chooses the colour of a heatmap's own text as if there were no transparency."""
    truth, taken = (places.tolist() for places in np.nonzero(which))
    return {
        "type": "scatter", "mode": "text", "hoverinfo": "skip", "showlegend": False,
        "x": [names[at] for at in taken], "y": [names[at] for at in truth],
        "text": [f"{moved[a, b]:+d}".replace("-", explain.MINUS)
                 for a, b in zip(truth, taken, strict=True)],
        "textfont": font,
    }  # fmt: skip


def latency_words(sides: Sequence[Side]) -> str:
    """The same for who cannot see it."""
    told = [
        f"{side.name}: median {explain.latency(float(own[MIDDLE]))}, nine tenths of its runs from "
        f"{explain.latency_range(float(own[LOW]), float(own[HIGH]))}"
        for side, _, own, _ in _timed(sides)
    ]
    return "Latency of single runs. " + "; ".join(told) + "."


def _timed(sides: Sequence[Side]) -> list[tuple[Side, Mark, Floats, Floats]]:
    return [
        (side, look, side.samples.runs_ms, side.samples.fp32_runs_ms)
        for side, look in zip(sides, COLUMNS, strict=False)
        if side.samples is not None
        and side.samples.runs_ms is not None
        and side.samples.fp32_runs_ms is not None
    ]


def _spread(
    at: float, runs: Floats, look: Mark, name: str, *, thin: bool = False
) -> list[dict[str, Any]]:
    told = (
        f"{name}<br>median {runs[MIDDLE]:.3g} ms<br>half of the runs {runs[LOWER]:.3g} to "
        f"{runs[HIGHER]:.3g} ms<br>nine tenths {runs[LOW]:.3g} to {runs[HIGH]:.3g} ms"
    )
    common = {"type": "scatter", "hovertemplate": f"{told}<extra></extra>", "name": name}
    lines = [
        common
        | {
            "mode": "lines", "x": [float(runs[low]), float(runs[high])], "y": [at, at],
            "line": {"color": look.colour, "width": width}, "opacity": 0.6 if thin else 1,
        }
        for low, high, width in ((LOW, HIGH, 1.5), (LOWER, HIGHER, 4 if thin else 9))
    ]  # fmt: skip
    middle = common | {
        "mode": "markers", "x": [float(runs[MIDDLE])], "y": [at],
        "marker": {
            "color": look.colour, "symbol": "line-ns" if thin else look.symbol,
            "size": 9 if thin else 13, "line": {"color": "#FFFFFF" if not thin else look.colour,
                                                "width": 1.5},
        },
    }  # fmt: skip
    return [*lines, middle]


def _accuracies(row: OfClass) -> tuple[float, ...]:
    return tuple(100 * value for value in row.accuracy)


def _decibels(row: OfClass) -> tuple[float, ...]:
    return row.sqnr_db


def _layout(rows: int, title: str, names: Sequence[str] | None) -> dict[str, Any]:
    """First row on top."""
    order = {"type": "category", "categoryorder": "array", "categoryarray": names}
    return {
        "height": AROUND_PX + ROW_PX * max(rows, 3),
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "xaxis": {
            "title": {"text": title}, "gridcolor": GRID, "zeroline": False, "automargin": True,
        },
        "yaxis": {
            "autorange": "reversed" if names else None, "automargin": True, "gridcolor": GRID,
            "zeroline": False, **(order if names else {}),
        },
        "legend": {"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom", "itemclick": False},
        "hoverlabel": {"align": "left"},
        "dragmode": False,
        "hovermode": "closest",
    }  # fmt: skip
