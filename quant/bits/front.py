"""The predicted front as a figure, with what was measured laid over it.

Predicted is a dashed line and what is hollow, measured is what is solid: they share axes, never a
front.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np
import plotly.graph_objects as go

from quant.palette import ACCENT, NEUTRAL, Mark, mark
from quant.plots import GRID, figure
from quant.spans import Span, ticks

HEIGHT = 360
BAND = "rgba(128,134,145,0.16)"
FOCUS = 4.0  # pp of loss that are shown beyond the best
Marked = tuple["Spot", Mark]

__all__ = ["Marked", "Spot", "drawn", "mark", "shown", "summary"]


@dataclass(frozen=True, slots=True)
class Spot:
    """`x` in the unit of the axis, `y` a loss in pp with its interval; `told` is what hovering
    says. Predicted ones have their place on the front as `number`."""

    x: float
    y: float
    low: float
    high: float
    told: str
    number: int | None = None


def drawn(line: Sequence[Spot], now: Spot, measured: Sequence[Marked], across: str) -> go.Figure:
    """`line` from the cheapest to the dearest; `across` names what it is a front over."""
    good = [one for one in line if isfinite(one.x) and one.x > 0]
    data = [*_line(good), *_measured(measured), *_now(now)]
    return figure(data, _layout(good, now, [spot for spot, _ in measured], across))


def summary(line: Sequence[Spot], now: Spot, measured: Sequence[Marked], across: str) -> str:
    """The figure for those who do not see it."""
    if not line:
        return f"No front over {across} can be predicted."
    ends = f"from {line[0].told.partition('<br>')[0]} to {line[-1].told.partition('<br>')[0]}"
    return (
        f"Predicted loss over {across}: {len(line)} assignments, {ends}. These bits: "
        f"{now.told.replace('<br>', ', ')}. {len(measured)} measured points are drawn over it."
    )


def shown(line: Sequence[Spot], now: Spot, measured: Sequence[Spot]) -> float:
    """The largest loss in sight, pp."""
    best = min([one.y for one in (*line, *measured) if isfinite(one.y)], default=0.0)
    own = now.y * 1.15 if isfinite(now.y) else 0.0
    return max(best + FOCUS, own)


def _line(line: Sequence[Spot]) -> Iterator[dict[str, Any]]:
    x = np.array([one.x for one in line], np.float32)
    ends = [[one.high for one in line], [one.low for one in line][::-1]]
    yield {
        "type": "scatter", "mode": "lines", "fill": "toself", "fillcolor": BAND,
        "line": {"width": 0}, "x": np.concatenate([x, x[::-1]]), "y": np.concatenate(ends),
        "name": "where it should lie", "hoverinfo": "skip", "legendrank": 2,
    }  # fmt: skip
    yield {
        "type": "scatter", "mode": "lines+markers", "name": "predicted front", "legendrank": 1,
        "x": x, "y": [one.y for one in line], "line": {"color": NEUTRAL, "width": 1.5,
                                                       "dash": "dash"},
        "marker": {"color": NEUTRAL, "symbol": "circle-open", "size": 6},
        "unselected": {"marker": {"opacity": 1}},
        "customdata": [one.number for one in line],
        "hovertext": [one.told for one in line],
        "hovertemplate": "%{hovertext}<extra>predicted</extra>",
    }  # fmt: skip


def _now(now: Spot) -> Iterator[dict[str, Any]]:
    if not (isfinite(now.x) and isfinite(now.y)):
        return
    yield {
        "type": "scatter", "mode": "markers", "name": "these bits, predicted", "legendrank": 3,
        "x": [now.x], "y": [now.y],
        "error_y": _bars([now], ACCENT),
        "marker": {"color": ACCENT, "symbol": "diamond-open", "size": 15, "line": {"width": 3}},
        "hovertext": [now.told], "hovertemplate": "%{hovertext}<extra>these bits</extra>",
    }  # fmt: skip


def _measured(measured: Sequence[Marked]) -> Iterator[dict[str, Any]]:
    for look in dict.fromkeys(own for _, own in measured):
        spots = [spot for spot, own in measured if own == look]
        yield {
            "type": "scatter", "mode": "markers", "name": f"measured, {look.name}",
            "legendrank": 4, "x": [one.x for one in spots], "y": [one.y for one in spots],
            "error_y": _bars(spots, look.colour),
            "marker": {"color": look.colour, "symbol": look.symbol, "size": 11},
            "hovertext": [one.told for one in spots],
            "hovertemplate": "%{hovertext}<extra>measured</extra>",
        }  # fmt: skip


def _bars(spots: Sequence[Spot], colour: str) -> dict[str, Any]:
    return {
        "type": "data", "symmetric": False, "color": colour, "thickness": 1.2, "width": 3,
        "array": [one.high - one.y for one in spots],
        "arrayminus": [one.y - one.low for one in spots],
    }  # fmt: skip


def _layout(
    line: Sequence[Spot], now: Spot, measured: Sequence[Spot], across: str
) -> dict[str, Any]:
    every = [*line, now, *measured]
    wide = [one.x for one in every if isfinite(one.x) and one.x > 0] or [1.0]
    span = Span(min(wide) / 1.1, max(wide) * 1.1, log=True)
    values = ticks(span)
    most = shown(line, now, measured)
    least = min([one.low for one in every if isfinite(one.low)], default=0.0)
    return {
        "height": HEIGHT,
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "xaxis": {
            "type": "log", "range": span.range, "tickvals": values,
            "ticktext": [f"{value:g}" for value in values], "showgrid": False, "zeroline": False,
            "title": {"text": f"{across}, log scale"}, "automargin": True,
        },
        "yaxis": {
            "range": [most, max(least, -FOCUS) - 0.3], "gridcolor": GRID, "zeroline": False,
            "title": {"text": "loss against FP32, pp"}, "automargin": True, "nticks": 6,
        },
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "itemclick": False},
        "hoverlabel": {"align": "left"}, "dragmode": False, "hovermode": "closest",
    }  # fmt: skip
