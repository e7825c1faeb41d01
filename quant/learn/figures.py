"""Learn's figures, each with a twin in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from quant.learn import line, sound
from quant.learn.answers import Answer
from quant.learn.layer import Rounded, Weights
from quant.learn.levels import Floats
from quant.learn.line import Line
from quant.palette import ACCENT, NEUTRAL
from quant.plots import Done

BLUE, ORANGE = "#0072B2", "#D55E00"
HEIGHT = 320
NEAR = 0.012  # seconds of a sound that are drawn
BINS = 81
TICKS = [digit * 10.0**power for power in range(-6, 4) for digit in (1, 2, 5)]
MARGIN = {"l": 8, "r": 8, "t": 36, "b": 8}


def wave(before: Floats, after: Floats) -> tuple[go.Figure, str]:
    """The loudest moment of a sound, before and on its levels."""
    count = int(sound.RATE * NEAR)
    first = int(np.clip(np.abs(before).argmax() - count // 2, 0, len(before) - count))
    part = slice(first, first + count)
    time = np.arange(count) / sound.RATE * 1000
    data = [
        _curve(time, before[part], "as it was", NEUTRAL, width=1.5),
        _curve(time, after[part], "in these bits", ACCENT, width=2, shape="hv"),
    ]
    used = len(np.unique(after[part]))
    words = f"{NEAR * 1000:g} ms of the sound: {used} levels are used in this moment."
    return _figure(data, "milliseconds", "", yaxis={"range": [-1.05, 1.05]}), words


def number_line(found: Line) -> tuple[go.Figure, str]:
    """Values above, the levels they become below; the range that is covered is shaded."""
    grid = found.grid
    marks = np.where(found.clipped, "diamond", "circle")
    colours = np.where(found.clipped, ORANGE, BLUE)
    levels = (np.arange(grid.top + 1) - grid.zero_point) * grid.scale
    x, y = np.full(3 * len(found.values), np.nan), np.full(3 * len(found.values), np.nan)
    x[0::3], x[1::3], y[0::3], y[1::3] = found.values, found.after, 1, 0
    data = [
        _curve(x, y, "", NEUTRAL, width=0.6, legend=False),
        _dots(levels, np.zeros(len(levels)), "levels", NEUTRAL, "line-ns-open", 22),
        *[
            _dots(found.values[which], np.ones(which.sum()), name, colour, symbol, 9)
            for which, name, colour, symbol in (
                (~found.clipped, "rounded", BLUE, "circle"),
                (found.clipped, "clipped", ORANGE, "diamond"),
            )
        ],
        _dots(found.after, np.zeros(len(x) // 3), "", colours, marks, 7, legend=False),
    ]
    shade = {
        "type": "rect", "x0": grid.low, "x1": grid.high, "yref": "paper", "y0": 0, "y1": 1,
        "fillcolor": NEUTRAL, "opacity": 0.12, "line": {"width": 0}, "layer": "below",
    }  # fmt: skip
    yaxis = {"tickvals": [0, 1], "ticktext": ["after", "before"], "range": [-0.35, 1.35],
             "zeroline": False}  # fmt: skip
    words = (
        f"{len(found.values)} values on {len(levels)} levels from {grid.low:.2f} to "
        f"{grid.high:.2f}; {int(found.clipped.sum())} of them lie more than half a step outside "
        "and are clipped."
    )
    return _figure(data, "value", "", yaxis=yaxis, shapes=[shade]), words


def errors(bits: int, share: int) -> tuple[go.Figure, str]:
    """Rounding and clipping error, and their sum, over what the levels cover."""
    shares = list(line.SHARES)
    every = [line.line(bits, one) for one in shares]
    now, best = line.line(bits, share), line.best(bits)
    data = [
        _curve(shares, [one.rounding for one in every], "rounding error", BLUE, dash="dash"),
        _curve(shares, [one.clipping for one in every], "clipping error", ORANGE, dash="dot"),
        _curve(shares, [one.total for one in every], "both", NEUTRAL, width=3),
        _dots([share], [now.total], "now", ACCENT, "circle", 13),
        _dots([best], [line.line(bits, best).total], "least", NEUTRAL, "star-open", 15),
    ]
    words = (
        f"With {bits} bits the error is least where {best} % of the range is covered: "
        f"{line.line(bits, best).total:.3g}. Now it is {now.total:.3g} at {share} %."
    )
    xaxis = {"ticksuffix": " %"}
    return _figure(data, "of the range is covered", "squared error", xaxis=xaxis), words


def histograms(weights: Weights, after: Weights) -> tuple[go.Figure, str]:
    """How the weights of a layer are spread, before and after; counts on a logarithmic axis."""
    reach = float(np.abs(weights).max()) or 1.0
    edges = np.linspace(-reach, reach, BINS + 1) * (1 + 1e-6)
    middle = ((edges[1:] + edges[:-1]) / 2).astype(np.float32)
    counts = [np.histogram(one, edges)[0] for one in (weights, after)]
    data: list[dict[str, Any]] = [
        {"type": "bar", "x": middle, "y": count, "name": name, "marker": {"color": colour},
         "opacity": opacity, "hovertemplate": "%{x:.3g}: %{y:,}<extra></extra>"}
        for count, name, colour, opacity in zip(
            counts, ("before", "after"), (NEUTRAL, ACCENT), (0.55, 0.9), strict=True
        )
    ]  # fmt: skip
    used = len(np.unique(after))
    words = (
        f"{weights.size:,} weights from {weights.min():.3g} to {weights.max():.3g}; after "
        f"rounding they have {used:,} different values."
    )
    yaxis = {"type": "log", "dtick": 1}
    return _figure(data, "weight", "how many", yaxis=yaxis, barmode="overlay", bargap=0.05), words


def channels(weights: Weights, tensor: Rounded, channel: Rounded) -> tuple[go.Figure, str]:
    """Signal to noise of each channel, by its largest weight."""
    reach = np.abs(weights).max(axis=1)
    data = [
        _dots(reach, _finite(tensor.by_channel_db), "one scale for all", ORANGE, "diamond", 9),
        _dots(reach, _finite(channel.by_channel_db), "one a channel", BLUE, "circle", 9),
    ]
    lost = int((tensor.by_channel_db <= 0.5).sum())
    words = (
        f"{len(weights)} channels. With one scale for all, the worst has "
        f"{np.nanmin(_finite(tensor.by_channel_db)):.1f} dB, and {lost or 'none'} "
        f"{'is' if lost < 2 else 'are'} all but lost (at most half a decibel); with a scale each, "
        f"none has less than {np.nanmin(_finite(channel.by_channel_db)):.1f} dB."
    )
    ticks = [one for one in TICKS if 0.7 * reach.min() <= one <= 1.4 * reach.max()]
    xaxis = {"type": "log", "tickvals": ticks, "ticktext": [f"{one:g}" for one in ticks]}
    return _figure(data, "largest weight of a channel", "SQNR, dB", xaxis=xaxis), words


def answers(
    said: Sequence[Answer], bits: int, true: int | None, names: Sequence[str]
) -> tuple[go.Figure, str]:
    """Confidence by width; the symbol says whether it is the true class, words which it is."""
    ordered = list(said)
    at = np.arange(len(ordered))
    chosen = [one.bits == bits for one in ordered]
    sure = [100 * one.confidence for one in ordered]
    right = [true is not None and one.predicted == true for one in ordered]
    data: list[dict[str, Any]] = [
        {
            "type": "bar", "x": at, "y": sure,
            "text": [names[one.predicted] for one in ordered], "textposition": "outside",
            "cliponaxis": False,
            "marker": {
                "color": [BLUE if ok else ORANGE for ok in right],
                "pattern": {"shape": ["" if ok else "/" for ok in right]},
                "line": {"color": ACCENT, "width": [4 if one else 0 for one in chosen]},
            },
            "hovertemplate": "%{text}: %{y:.1f} %<extra></extra>",
        }
    ]  # fmt: skip
    ticks = ["FP32" if one.bits == 32 else str(one.bits) for one in ordered]
    xaxis = {"tickvals": at, "ticktext": ticks}
    marks = [0, 25, 50, 75, 100]
    yaxis = {"range": [0, 118], "tickvals": marks, "ticktext": [f"{one} %" for one in marks]}
    words = "; ".join(
        f"{'FP32' if one.bits == 32 else f'{one.bits} bits'}: {names[one.predicted]}, "
        f"{100 * one.confidence:.0f} % sure"
        for one in ordered
    )
    made = _figure(
        data, "bits of weights", "how sure it is", xaxis=xaxis, yaxis=yaxis, showlegend=False
    )
    return made, f"{words}."


def _finite(values: Floats) -> Floats:
    return np.where(np.isfinite(values), values, np.nan)


def _curve(
    x: Any, y: Any, name: str, colour: str, *, width: float = 2, dash: str = "solid",
    shape: str = "linear", legend: bool = True,
) -> dict[str, Any]:  # fmt: skip
    return {
        "type": "scatter", "mode": "lines", "name": name, "showlegend": legend,
        "x": np.asarray(x, np.float32), "y": np.asarray(y, np.float32),
        "line": {"color": colour, "width": width, "dash": dash, "shape": shape},
        "hoverinfo": "skip" if not legend else "x+y+name",
    }  # fmt: skip


def _dots(
    x: Any, y: Any, name: str, colour: Any, symbol: Any, size: int, *, legend: bool = True
) -> dict[str, Any]:
    return {
        "type": "scatter", "mode": "markers", "name": name, "showlegend": legend,
        "x": np.asarray(x, np.float32), "y": np.asarray(y, np.float32),
        "marker": {"color": colour, "symbol": symbol, "size": size, "line": {"width": 1.5}},
        "hovertemplate": "%{x:.3g}, %{y:.3g}<extra>" + name + "</extra>",
    }  # fmt: skip


def _figure(
    data: list[dict[str, Any]],
    x: str,
    y: str,
    *,
    xaxis: dict[str, Any] | None = None,
    yaxis: dict[str, Any] | None = None,
    **more: Any,
) -> go.Figure:
    plain: dict[str, Any] = {"showgrid": False, "automargin": True, "zeroline": False}
    layout = {
        "height": HEIGHT,
        "margin": MARGIN,
        "xaxis": {**plain, "title": {"text": x}, **(xaxis or {})},
        "yaxis": {**plain, "title": {"text": y}, **(yaxis or {})},
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        "dragmode": False,
        **more,
    }
    return Done(go.Figure(data=data, layout=layout, _validate=False))
