"""The network as columns: a layer each, as high as its bits, coloured by what they cost."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from html import escape
from math import log10
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from quant.bits.bits import NONE, Bits
from quant.explain import decibels, listed, share
from quant.palette import ACCENT
from quant.plots import GRID, figure
from quant.recipe import FLOAT
from quant.sensitivity.scores import Sensitivity

HEIGHT = 300
NARROWEST = 0.35  # of an even share of the width
MOST_GAPS = 80  # layers; beyond, columns touch
RANKED = 3  # columns that are numbered
FLOOR = 1e-9  # noise below -90 dB is drawn like it
# From what hurts least to what hurts most, by Okabe and Ito: told apart by the colour-blind.
SCALE = [[0.0, "#0072B2"], [0.35, "#3C9BD0"], [0.65, "#B8860B"], [1.0, "#D55E00"]]
# Where widths beyond 8 bits end; a stub stands for weights that are not there.
TALL = {NONE: 0.4, 16: 9.5, FLOAT: 11.0}
UNDERLINE = 0.8  # bits below which picked columns have the accent
TICKS = {0: "", 2: "2", 4: "4", 6: "6", 8: "8", **{TALL[16]: "16", TALL[FLOAT]: "float"}}
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Columns:
    """What is drawn of a network whatever its bits are; made once and kept."""

    found: Sensitivity

    @cached_property
    def noise(self) -> dict[tuple[str, str, int], float]:
        """Of a layer alone: power of the logits' error over theirs."""
        return {(s.layer, s.kind, s.bits): s.alone.noise for s in self.found.scores}

    @cached_property
    def edges(self) -> tuple[Floats, Floats]:
        """Left ends and widths, which sum to 1: shares of the weights, none too narrow to see."""
        held = np.array([layer.parameters for layer in self.found.layers], float)
        even = 1 / len(held)
        wide = np.maximum(held / max(held.sum(), 1.0), NARROWEST * even)
        wide /= wide.sum()
        return np.concatenate([[0.0], np.cumsum(wide)[:-1]]), wide

    @cached_property
    def span(self) -> tuple[float, float]:
        """From what hurts least to what hurts most, over all widths, dB."""
        known = [max(value, FLOOR) for value in self.noise.values()] or [FLOOR, 1.0]
        return float(10 * np.log10(np.quantile(known, 0.1))), 10 * log10(max(known))

    @cached_property
    def shares(self) -> tuple[str, ...]:
        """Of the weights, in words."""
        total = sum(layer.parameters for layer in self.found.layers) or 1
        return tuple(share(layer.parameters / total) for layer in self.found.layers)

    def cost(self, kind: str, bits: Bits) -> Floats:
        """Noise of each layer alone at its bits; 0 where it stays in float."""
        widths = bits.of_kind(kind)
        return np.array(
            [
                self.noise.get((layer.name, kind, width), 0.0)
                for layer, width in zip(self.found.layers, widths, strict=True)
            ]
        )

    def worst(self, kind: str, bits: Bits) -> list[int]:
        """Places of the layers that hurt most now, the first one most."""
        cost = self.cost(kind, bits)
        return [int(at) for at in np.argsort(-cost, kind="stable")[:RANKED] if cost[at] > 0]


def drawn(
    columns: Columns,
    bits: Bits,
    kind: str,
    picked: Collection[int] = (),
    locked: Collection[int] = (),
) -> go.Figure:
    """The place of a layer is its column's `customdata`. Three columns that hurt most are
    numbered, picked ones have the accent below them, locked ones a square in them."""
    left, wide = columns.edges
    gap = 0.12 if len(wide) <= MOST_GAPS else 0.0
    middle = left + wide / 2
    high = [height(width) for width in bits.of_kind(kind)]
    cost = 10 * np.log10(np.maximum(columns.cost(kind, bits), FLOOR))
    low, top = columns.span
    bars = {
        "type": "bar", "name": "layers", "showlegend": False,
        "x": middle.astype(np.float32), "y": high, "width": wide * (1 - gap),
        "customdata": list(range(len(wide))),
        "hovertext": [_hover(columns, at, bits, kind) for at in range(len(wide))],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "unselected": {"marker": {"opacity": 1}},
        "marker": {
            "color": cost, "colorscale": SCALE, "cmin": low, "cmax": top,
            "line": {"width": 0},
            "colorbar": {
                "title": {"text": "noise of<br>the layer<br>alone, dB"}, "thickness": 10,
                "outlinewidth": 0, "nticks": 5,
            },
        },
    }  # fmt: skip
    marks = [
        bars,
        *_underlines(picked, middle, wide * (1 - gap)),
        *_numbers(columns, bits, kind, middle, high),
        *_locks(locked, middle, high),
    ]
    return figure(marks, _layout())


def height(width: int) -> float:
    """Where a column of that many bits ends."""
    return TALL.get(width, float(width))


def summary(columns: Columns, bits: Bits, kind: str) -> str:
    """The figure for those who do not see it."""
    found = columns.found
    worst = columns.worst(kind, bits)
    cost = columns.cost(kind, bits)
    named = [f"{found.layers[at].name} ({decibels(10 * log10(cost[at]))})" for at in worst]
    hurt = f" Most noise at these bits: {listed(named)}." if named else " None of them adds noise."
    widths = [width for width in bits.of_kind(kind) if width != NONE] or [NONE]
    reach = f"{min(widths)} to {max(widths)}" if min(widths) < max(widths) else f"{widths[0]}"
    return f"Bits of the {kind} of {len(found.layers)} layers in network order: {reach}.{hurt}"


def _hover(columns: Columns, at: int, bits: Bits, kind: str) -> str:
    layer, (weights, activations) = columns.found.layers[at], bits.pairs[at]
    cost = columns.noise.get((layer.name, kind, bits.of_kind(kind)[at]), 0.0)
    held = f"weights {_bits(weights)}, " if weights != NONE else "no weights, "
    noise = f"{decibels(10 * log10(cost))} of noise alone" if cost > 0 else "adds no noise"
    return (
        f"<b>{at + 1}. {escape(layer.name)}</b><br>{held}activations {_bits(activations)}<br>"
        f"{noise}<br>{columns.shares[at]} of the weights"
    )


def _bits(width: int) -> str:
    return "in float" if width == FLOAT else f"{width} bits"


def _numbers(
    columns: Columns, bits: Bits, kind: str, middle: Floats, high: list[float]
) -> list[dict[str, Any]]:
    worst = columns.worst(kind, bits)
    if not worst:
        return []
    return [
        {
            "type": "scatter", "mode": "text", "hoverinfo": "skip", "showlegend": False,
            "x": [float(middle[at]) for at in worst], "y": [high[at] for at in worst],
            "text": [f"<b>{place}</b>" for place in range(1, len(worst) + 1)],
            "textposition": "top center", "textfont": {"size": 14}, "cliponaxis": False,
        }
    ]  # fmt: skip


def _underlines(picked: Collection[int], middle: Floats, wide: Floats) -> list[dict[str, Any]]:
    places = sorted(picked)
    return [
        {
            "type": "bar", "name": "picked", "showlegend": True, "hoverinfo": "skip",
            "x": [float(middle[at]) for at in places], "width": [float(wide[at]) for at in places],
            "base": -UNDERLINE, "y": [UNDERLINE * 0.7] * len(places),
            "marker": {"color": ACCENT, "line": {"color": ACCENT, "width": 1}},
        }
    ]  # fmt: skip


def _locks(locked: Collection[int], middle: Floats, high: list[float]) -> list[dict[str, Any]]:
    if not locked:
        return []
    places = sorted(locked)
    return [
        {
            "type": "scatter", "mode": "markers", "name": "kept when solving",
            "hoverinfo": "skip", "showlegend": True,
            "x": [float(middle[at]) for at in places], "y": [high[at] / 2 for at in places],
            "marker": {"symbol": "square", "size": 8, "color": "#FFFFFF",
                       "line": {"color": ACCENT, "width": 2}},
        }
    ]  # fmt: skip


def _layout() -> dict[str, Any]:
    return {
        "height": HEIGHT,
        "margin": {"l": 8, "r": 8, "t": 18, "b": 8},
        "xaxis": {
            "range": [-0.005, 1.005], "showticklabels": False, "showgrid": False,
            "zeroline": False, "fixedrange": True, "title": {"text": "layers in network order"},
        },
        "yaxis": {
            "range": [-UNDERLINE * 1.2, TALL[FLOAT] + 1.2], "tickvals": list(TICKS),
            "ticktext": list(TICKS.values()), "gridcolor": GRID, "zeroline": False,
            "fixedrange": True, "title": {"text": "bits"}, "automargin": True,
        },
        "legend": {"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom", "itemclick": False},
        "hoverlabel": {"align": "left"},
        "hovermode": "closest", "dragmode": False, "bargap": 0, "barmode": "overlay",
    }  # fmt: skip
