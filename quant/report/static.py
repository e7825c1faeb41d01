"""A chart as a picture, without a browser: the very traces of the interactive one, by matplotlib.

Only what our charts use is drawn: points, lines, text and bars, error bars, shapes and legends.
"""

from __future__ import annotations

import io
import re
from base64 import b64decode
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from quant.report.charts import Chart

WIDTH, DPI = 960, 96  # pixels of the page, and of them in an inch
SHARP = 2  # times as many pixels in a PNG
INK, PAPER = "#1d2330", "#ffffff"
POINT = 72 / DPI  # points in a pixel
SYMBOLS = {
    "circle": "o", "diamond": "D", "square": "s", "cross": "P", "triangle-up": "^",
    "triangle-down": "v", "star": "*", "pentagon": "p", "hexagon": "h", "hexagon2": "H",
    "line-ew": "_",
}  # fmt: skip
DASHES = {"dot": ":", "dash": "--"}
Trace = Mapping[str, Any]


def picture(chart: Chart, kind: str) -> bytes:
    """`png` or `svg`, on white."""
    layout = chart.figure["layout"]
    height = max(float(layout.get("height", 430)), 320)
    figure = Figure(figsize=(WIDTH / DPI, height / DPI), dpi=DPI, layout="constrained")
    FigureCanvasAgg(figure)
    figure.patch.set_facecolor(PAPER)
    axes = figure.add_subplot()
    _frame(axes, layout)
    traces = chart.figure["data"]
    for trace in traces:
        if trace.get("type", "scatter") == "scatter":
            _scatter(axes, trace)
    _bars(axes, [trace for trace in traces if trace.get("type") == "bar"])
    _shapes(axes, layout.get("shapes") or ())
    _legend(figure, axes, traces, layout)
    written = io.BytesIO()
    told = {"Title": chart.title, "Description": chart.alt}
    if kind == "svg":
        figure.savefig(written, format="svg", metadata=told | {"Date": None})
    else:
        figure.savefig(written, format="png", dpi=DPI * SHARP, metadata=told)
    return written.getvalue()


def _frame(axes: Axes, layout: Trace) -> None:
    """Titles, ranges and ticks, as the layout has them."""
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color("#c4c8cf")
    axes.tick_params(colors=INK, labelsize=11)
    for name, axis in (("x", axes.xaxis), ("y", axes.yaxis)):
        look = layout.get(f"{name}axis") or {}
        title = (look.get("title") or {}).get("text", "")
        axis.set_label_text(title, color=INK, fontsize=12, parse_math=False)
        log = look.get("type") == "log"
        if log:
            axes.set(**{f"{name}scale": "log"})
        if (ends := look.get("range")) is not None:
            low, high = (10**one if log else one for one in ends)
            axes.set(**{f"{name}lim": (low, high)})
        if look.get("tickvals") is not None:
            axis.set_ticks(list(look["tickvals"]), list(look["ticktext"]))
            axis.set_ticks([], minor=True)
        if look.get("showgrid", not log) and "gridcolor" in look:
            axis.grid(visible=True, color="#e4e6ea", linewidth=0.8)
        if look.get("autorange") == "reversed":
            axis.set_inverted(True)
    axes.set_axisbelow(True)


def _scatter(axes: Axes, trace: Trace) -> None:
    x, y = _numbers(trace.get("x")), _numbers(trace.get("y"))
    mode, marker = trace.get("mode", "markers"), trace.get("marker") or {}
    if "lines" in mode:
        line = trace.get("line") or {}
        step = {"hv": "steps-post", "vh": "steps-pre"}.get(line.get("shape", ""), "default")
        axes.plot(
            x, y, color=line.get("color", INK), linewidth=line.get("width", 1.4),
            linestyle=DASHES.get(line.get("dash", ""), "-"), drawstyle=step, zorder=2,
        )  # fmt: skip
    for name in ("error_x", "error_y"):
        _errors(axes, x, y, trace.get(name) or {}, name[-1])
    if "markers" in mode and marker.get("opacity", 1) and np.isfinite(x).any():
        axes.plot(x, y, linestyle="", zorder=3, **_marker(marker))
    if "text" in mode:
        _texts(axes, x, y, trace)


def _marker(marker: Trace) -> dict[str, Any]:
    """As matplotlib has it; an open symbol is its outline."""
    symbol = str(marker.get("symbol", "circle"))
    name = re.sub("(-open|-dot)+$", "", symbol)
    colour, size = marker.get("color", INK), float(marker.get("size", 11)) * POINT
    hollow = "-open" in symbol
    edge = (marker.get("line") or {}).get("width", 2 if hollow else 0)
    return {
        "marker": SYMBOLS.get(name, "o"),
        "markersize": size * (1.25 if name in ("star", "pentagon") else 1.0),
        "markerfacecolor": "none" if hollow else colour,
        "markeredgecolor": colour,
        "markeredgewidth": float(edge) * POINT,
        "alpha": float(marker.get("opacity", 1)),
    }


def _errors(axes: Axes, x: Any, y: Any, error: Trace, along: str) -> None:
    if not error.get("visible"):
        return
    ends: Any = np.stack([_numbers(error["arrayminus"]), _numbers(error["array"])])
    colour, alpha = _rgba(str(error.get("color", INK)))
    axes.errorbar(
        x, y, yerr=ends if along == "y" else None, xerr=ends if along == "x" else None,
        fmt="none", ecolor=colour, alpha=alpha, elinewidth=1.0, zorder=2.5,
    )  # fmt: skip


def _texts(axes: Axes, x: Any, y: Any, trace: Trace) -> None:
    places = trace.get("textposition", "top center")
    colour = (trace.get("textfont") or {}).get("color", INK)
    away = float((trace.get("marker") or {}).get("size", 8)) * POINT * 0.6 + 2
    for at, text in enumerate(trace.get("text") or ()):
        place = places if isinstance(places, str) else places[at]
        down = -1 if "bottom" in place else 1 if "top" in place else 0
        right = -1 if "left" in place else 1 if "right" in place else 0
        axes.annotate(
            _plain(text), (x[at], y[at]), (away * right, away * down), textcoords="offset points",
            ha={-1: "right", 0: "center", 1: "left"}[right],
            va={-1: "top", 0: "center", 1: "bottom"}[down],
            color=colour, fontsize=10.5, fontweight="bold" if "<b>" in text else "normal",
            parse_math=False, annotation_clip=False, zorder=4,
        )  # fmt: skip


def _bars(axes: Axes, traces: list[Trace]) -> None:
    """Lying bars: groups beside one another, stacked within."""
    groups = list(dict.fromkeys(trace.get("offsetgroup", "") for trace in traces))
    thick = 0.7 / max(len(groups), 1)
    ends: dict[str, Any] = {}
    for trace in traces:
        values, group = _numbers(trace["x"]), trace.get("offsetgroup", "")
        rows = np.arange(len(values)) - 0.35 + thick * (groups.index(group) + 0.5)
        start = ends.get(group, np.zeros(len(values)))
        look = trace["marker"]
        hatch = {"/": "///", "x": "xxx", "-": "---", ".": "...", "|": "|||"}.get(
            (look.get("pattern") or {}).get("shape", ""), ""
        )
        axes.barh(
            rows, values, thick, start, color=look["color"], hatch=hatch, edgecolor=PAPER,
            linewidth=0, label=trace["name"],
        )  # fmt: skip
        ends[group] = start + values
        axes.set_yticks(np.arange(len(values)), list(trace["y"]), parse_math=False)


def _shapes(axes: Axes, shapes: Any) -> None:
    for shape in shapes:
        within = {name: "domain" in str(shape.get(f"{name}ref", "")) for name in "xy"}
        x = (shape.get("x0"), shape.get("x1"))
        y = (shape.get("y0"), shape.get("y1"))
        line = shape.get("line") or {}
        if shape["type"] == "rect":
            span = axes.axvspan if within["y"] else axes.axhspan
            span(*(x if within["y"] else y), color=shape["fillcolor"], alpha=shape["opacity"],
                 linewidth=0, zorder=0)  # fmt: skip
            continue
        draw = axes.axvline if within["y"] else axes.axhline
        draw(
            x[0] if within["y"] else y[0], color=line.get("color", INK),
            linewidth=line.get("width", 1), linestyle=DASHES.get(line.get("dash", ""), "-"),
            zorder=1,
        )  # fmt: skip


def _legend(figure: Figure, axes: Axes, traces: Any, layout: Trace) -> None:
    if layout.get("showlegend") is False:
        return
    handles: list[Any] = [
        Line2D([], [], linestyle="", label=trace["name"], **_marker(trace["marker"]))
        for trace in traces
        if trace.get("name") and trace.get("showlegend") is not False
        if trace.get("type", "scatter") == "scatter"
    ]
    handles += axes.get_legend_handles_labels()[0]
    if handles:
        figure.legend(
            handles=handles, loc="outside upper left", ncols=min(len(handles), 5), frameon=False,
            fontsize=10, labelcolor=INK,
        )  # fmt: skip


def _numbers(values: Any) -> Any:
    """Of a list, or of the bytes that Plotly makes of an array."""
    if isinstance(values, Mapping):
        return np.frombuffer(b64decode(values["bdata"]), values["dtype"]).astype(np.float64)
    found = [] if values is None else list(values)
    return np.array([np.nan if one is None else one for one in found], np.float64)


def _plain(text: str) -> str:
    """Plotly's breaks as lines, its bold taken out."""
    return re.sub("</?b>", "", re.sub("<br ?/?>", "\n", text))


def _rgba(colour: str) -> tuple[Any, float]:
    parts = re.fullmatch(r"rgba\((\d+),(\d+),(\d+),([\d.]+)\)", colour)
    if parts is None:
        return colour, 1.0
    red, green, blue = (int(parts[at]) / 255 for at in (1, 2, 3))
    return (red, green, blue), float(parts[4])


def pictures(drawn: Mapping[str, Chart]) -> Iterator[tuple[str, bytes]]:
    """File names and contents, a PNG and an SVG of each chart."""
    for name, chart in drawn.items():
        for kind in ("png", "svg"):
            yield f"{name}.{kind}", picture(chart, kind)
