"""The account as bars: a layer a line, FP32 above this file, by what the time is for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce

import numpy as np
import plotly.graph_objects as go

from quant import explain
from quant.breakdown.lines import Line, lines
from quant.breakdown.record import Breakdown
from quant.palette import NEUTRAL
from quant.plots import GRID, figure
from quant.traces import Trace

MOST_BARS = 24
LINE_HEIGHT, REST_HEIGHT = 30, 110  # pixels
NAME_LENGTH = 26
# Field, name, colour by Okabe and Ito, and a pattern for those who do not tell colours apart.
KINDS = (
    ("integer_ms", "8-bit kernels", "#0072B2", ""),
    ("float_ms", "in float", "#D55E00", "/"),
    ("conversion_ms", "conversions", "#CC79A7", "x"),
    ("clip_ms", "clips to narrow widths", "#B8860B", "-"),
    ("layout_ms", "moving values", "#009E73", "."),
)


def bars(found: Breakdown) -> go.Figure:
    """Where the time goes, in network order; of many layers those that take the most."""
    shown = shortened(lines(found), MOST_BARS)
    names = [short(line.layer) for line in shown]
    data = [_bar("FP32", names, [line.fp32_ms for line in shown], NEUTRAL, "", "fp32")]
    if not found.recipe.is_fp32:
        for field, name, colour, pattern in KINDS:
            values = [getattr(line, field) for line in shown]
            if any(values):
                data.append(_bar(name, names, values, colour, pattern, "given"))
        call = [0.0 if line.macs or line.op or _parts(line) else line.ms for line in shown]
        if any(call):
            data.append(_bar("the call", names, call, "#3C9BD0", "|", "given"))
    layout = {
        "barmode": "stack",
        "height": REST_HEIGHT + LINE_HEIGHT * len(shown),
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "bargap": 0.3,
        "xaxis": {
            "title": {"text": "ms"}, "gridcolor": GRID, "zeroline": False, "fixedrange": True,
            "rangemode": "tozero",
        },
        "yaxis": {"autorange": "reversed", "automargin": True, "fixedrange": True},
        "legend": {
            "traceorder": "normal", "orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0.0
        },
        "hoverlabel": {"align": "left"},
    }  # fmt: skip
    return figure(data, layout)


def summary(found: Breakdown) -> str:
    """The figure for those who do not see it."""
    order = sorted(lines(found), key=lambda line: -line.ms)[:3]
    named = [f"{line.layer} {explain.latency(line.ms)}" for line in order]
    return (
        f"Time by layer of {found.recipe.label} beside FP32. Most: {explain.listed(named)} of "
        f"{explain.latency(found.given.latency_ms)}."
    )


def shortened(every: Sequence[Line], most: int) -> list[Line]:
    """Those that take the most in either file, in their order; the rest are one line."""
    if len(every) <= most:
        return list(every)
    order = sorted(every, key=lambda line: -max(line.ms, line.fp32_ms))
    kept = set(map(id, order[: most - 1]))
    rest = [line for line in every if id(line) not in kept]
    told = replace(reduce(_sum, rest), layer=f"{len(rest)} others")
    return [*(line for line in every if id(line) in kept), told]


def short(name: str) -> str:
    """The end of a long name tells layers apart."""
    return name if len(name) <= NAME_LENGTH else f"…{name[1 - NAME_LENGTH :]}"


def _sum(one: Line, other: Line) -> Line:
    fields = ("fp32_ms", "ms", *(field for field, *_ in KINDS))
    added = {field: getattr(one, field) + getattr(other, field) for field in fields}
    return replace(one, macs=one.macs + other.macs, op=one.op or other.op, **added)


def _parts(line: Line) -> float:
    return float(sum(getattr(line, field) for field, *_ in KINDS))


def _bar(
    name: str, names: list[str], values: Sequence[float], colour: str, pattern: str, group: str
) -> Trace:
    look = {"shape": pattern, "fillmode": "overlay", "fgcolor": "#FFFFFF", "fgopacity": 0.5,
            "size": 5}  # fmt: skip
    return {
        "type": "bar",
        "orientation": "h",
        "name": name,
        "y": names,
        "x": np.array(values, np.float32),
        "offsetgroup": group,
        "marker": {"color": colour, "pattern": look},
        "hovertemplate": f"%{{y}}<br>{name}: %{{x:.3g}} ms<extra></extra>",
    }
