"""How the values of a layer are spread before quantising and after, as a figure."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from quant.explain import share
from quant.palette import NEUTRAL
from quant.plots import GRID, figure
from quant.sensitivity.histograms import Histogram
from quant.sensitivity.scores import WEIGHTS, WIDTHS, LayerFacts

HEIGHT = 230
AFTER = "#0072B2"
LEAST = 1e-6  # of all values: what is drawn on a log scale begins here
TICKS = (1e-6, 1e-4, 1e-2, 1.0)


def drawn(held: Histogram, bits: int) -> go.Figure:
    """Filled: as floats; the line: as quantised to `bits`, where that was tried."""
    edges = np.linspace(held.low, held.high, len(held.before) + 1)
    middle = ((edges[:-1] + edges[1:]) / 2).astype(np.float32)
    data: list[dict[str, Any]] = [
        {
            "type": "bar", "name": "before", "x": middle, "y": _shares(held.before),
            "marker": {"color": NEUTRAL, "line": {"width": 0}}, "opacity": 0.75,
            "hovertemplate": "near %{x:.3g}: %{y:.2%} before<extra></extra>",
        }
    ]  # fmt: skip
    if bits in held.after:
        data.append(
            {
                "type": "scatter", "mode": "lines", "name": f"after, {bits} bits",
                "x": middle, "y": np.maximum(_shares(held.after[bits]), LEAST),
                "line": {"color": AFTER, "width": 2, "shape": "hvh"},
                "hovertemplate": "near %{x:.3g}: %{y:.2%} after<extra></extra>",
            }
        )  # fmt: skip
    return figure(data, _layout())


def table(held: Histogram, bits: int) -> dict[str, list[float]]:
    """The same as columns: the middle of each bin, and shares in %."""
    edges = np.linspace(held.low, held.high, len(held.before) + 1)
    columns = {
        "value": [float(f"{value:.4g}") for value in (edges[:-1] + edges[1:]) / 2],
        "before, %": [round(100 * float(one), 4) for one in _shares(held.before)],
    }
    if bits in held.after:
        after = _shares(held.after[bits])
        columns[f"after {bits} bits, %"] = [round(100 * float(one), 4) for one in after]
    return columns


def summary(name: str, what: str, held: Histogram, bits: int) -> str:
    """The figure for those who do not see it."""
    after = f", and as {bits} bits leave them" if bits in held.after else ""
    return f"Histogram of the {what} of {name}: from {held.low:.3g} to {held.high:.3g}{after}."


def clipped(layer: LayerFacts, kind: str, bits: int) -> str:
    """`0.2 % are clipped at 4 bits`; nothing where that is not known."""
    facts = layer.weights if kind == WEIGHTS else layer.inputs
    if facts is None or bits not in WIDTHS[kind]:
        return ""
    part = facts.clipped[WIDTHS[kind].index(bits)]
    return f"{share(part) if part > 0 else 'None'} are clipped at {bits} bits"


def _shares(counts: tuple[int, ...]) -> NDArray[np.float64]:
    held: NDArray[np.float64] = np.array(counts, np.float64)
    return np.divide(held, max(float(held.sum()), 1.0))


def _layout() -> dict[str, Any]:
    low, high = np.log10(LEAST), 0.1
    return {
        "height": HEIGHT,
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "bargap": 0,
        "xaxis": {"zeroline": False, "showgrid": False, "fixedrange": True, "automargin": True},
        "yaxis": {
            "type": "log", "range": [low, high], "tickvals": TICKS,
            "ticktext": [f"{100 * tick:g} %" for tick in TICKS], "gridcolor": GRID,
            "zeroline": False, "fixedrange": True, "automargin": True,
            "title": {"text": "share, log scale"},
        },
        "legend": {"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom", "itemclick": False},
        "hoverlabel": {"align": "left"}, "dragmode": False,
    }  # fmt: skip
