"""The front as a figure: dots, error bars, the stepped line, what budgets exclude."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from quant import explain, labels, pareto
from quant.axes import AXES, Axis, Span, drawable, span, ticks
from quant.budgets import Budgets, Verdict, verdict
from quant.palette import ACCENT, NEUTRAL, Mark, mark
from quant.records import Measurement

HEIGHT = 430
DIM = 0.38


def front(
    points: Sequence[Measurement],
    *,
    x: str = "size",
    y: str = "accuracy",
    budgets: Budgets | None = None,
    chosen: str = "",
) -> go.Figure:
    """One dot a point; `chosen` is the id of the one in the accent colour.

    Points that are dominated along the two axes, or outside the budgets, are dimmed. The id of a
    dot is its `customdata`. Points without a number on either axis are left out.
    """
    across, up, limits = AXES[x], AXES[y], budgets or Budgets()
    shown = [point for point in points if _drawable(point, across, up)]
    spans = span(across, shown), span(up, shown)
    best = pareto.front(shown, (x, y))
    figure = go.Figure(layout=_layout(across, up, *spans))
    figure.add_traces([_line(best, across, up, spans[1]), *_ring(shown, chosen, across, up, spans)])
    for name, group in _groups(shown, best, limits).items():
        figure.add_trace(_dots(group, *name, across, up, spans[1]))
    _name(figure, shown, best, chosen, across, up, spans)
    _shade(figure, shown, limits, across, up, spans)
    return figure


def summary(points: Sequence[Measurement], x: str = "size", y: str = "accuracy") -> str:
    """Alternative text: what the chart says, in a sentence."""
    if not points:
        return f"An empty chart of {y} against {x}."
    best = pareto.front(points, (x, y))
    names = ", ".join(point.recipe.label for point in sorted(best, key=AXES[x].reading))
    return (
        f"{y.capitalize()} against {x} of {len(points)} measured points of {points[0].workload}. "
        f"On the front, from the smallest {x}: {names}. The table below holds the same data."
    )


def hover(point: Measurement, dominated: bool) -> str:
    """What a dot says when pointed at."""
    speed = explain.latency(point.latency_ms, point.latency_low_ms, point.latency_high_ms)
    lines = [
        f"<b>{point.recipe.label}</b>",
        f"accuracy {explain.accuracy(point)}",
        f"size {explain.size(point.size_bytes)}",
        f"latency {speed}",
    ]
    if not point.recipe.is_fp32:
        lines[1] += f"<br>against FP32 {explain.change(point)}"
        lines[2] += f", {explain.smaller(point)}"
        lines[3] += f", {explain.faster(point)}"
    return "<br>".join([*lines, "dominated" if dominated else "on the front"])


def _drawable(point: Measurement, *axes: Axis) -> bool:
    return all(drawable(axis, value) for axis in axes for value in axis.reading(point)[:1])


def _groups(
    shown: Sequence[Measurement], best: Sequence[Measurement], limits: Budgets
) -> dict[tuple[Mark, bool, bool], list[Measurement]]:
    """Points by mark, then whether they are dominated, then whether they are dimmed."""
    on_front = {point.id for point in best}
    groups: dict[tuple[Mark, bool, bool], list[Measurement]] = {}
    for point in shown:
        dominated = point.id not in on_front
        dimmed = dominated or verdict(point, limits) is Verdict.NOT_MET
        groups.setdefault((mark(point), dominated, dimmed), []).append(point)
    return dict(sorted(groups.items(), key=lambda item: (item[0][0].name, item[0][2])))


def _dots(
    group: list[Measurement],
    look: Mark,
    dominated: bool,
    dimmed: bool,
    across: Axis,
    up: Axis,
    visible: Span,
) -> go.Scatter:
    opacity = DIM if dimmed else 1.0
    return go.Scatter(
        x=_values(group, across),
        y=_values(group, up, visible),
        mode="markers",
        name=look.name + (", dimmed" if dimmed else ""),
        legendgroup=look.name,
        showlegend=not dimmed,
        customdata=[point.id for point in group],
        hovertext=[hover(point, dominated) for point in group],
        hovertemplate="%{hovertext}<extra></extra>",
        marker={"color": look.colour, "symbol": look.symbol, "size": 11, "opacity": opacity},
        selected={"marker": {"opacity": opacity}},
        unselected={"marker": {"opacity": opacity}},
        error_x=_bars(group, across, look, opacity),
        error_y=_bars(group, up, look, opacity, visible),
    )


def _values(group: Sequence[Measurement], axis: Axis, visible: Span | None = None) -> np.ndarray:
    """Middles as float32; those below the visible range sit on its floor."""
    values = np.array([axis.reading(point)[0] for point in group], np.float32)
    return values if visible is None else np.maximum(values, np.float32(_floor(visible)))


def _floor(visible: Span) -> float:
    """Where points that lie below the visible range are drawn."""
    return visible.low if visible.log else visible.low + 0.05 * (visible.high - visible.low)


def _bars(
    group: Sequence[Measurement],
    axis: Axis,
    look: Mark,
    opacity: float,
    visible: Span | None = None,
) -> dict[str, object]:
    """Error bars; none for a point that sits on the floor."""
    read = np.array([axis.reading(point) for point in group], np.float32)
    middle, low, high = np.nan_to_num(read, nan=0.0).T
    if visible is not None:
        sunk = middle < _floor(visible)
        low, high = np.where(sunk, middle, low), np.where(sunk, middle, high)
    red, green, blue = (int(look.colour[at : at + 2], 16) for at in (1, 3, 5))
    return {
        "array": np.maximum(high - middle, 0),
        "arrayminus": np.maximum(middle - low, 0),
        "visible": bool(np.any(high > low)),
        "color": f"rgba({red},{green},{blue},{0.55 * opacity:.2f})",
        "thickness": 1.2,
        "width": 0,
    }


def _line(best: Sequence[Measurement], across: Axis, up: Axis, visible: Span) -> go.Scatter:
    ordered = sorted(best, key=lambda point: across.reading(point)[0])
    return go.Scatter(
        x=_values(ordered, across),
        y=_values(ordered, up, visible),
        mode="lines",
        line={"shape": "hv", "color": NEUTRAL, "width": 1.4, "dash": "dot"},
        hoverinfo="skip",
        showlegend=False,
    )


def _ring(
    shown: Sequence[Measurement], chosen: str, across: Axis, up: Axis, spans: tuple[Span, Span]
) -> list[go.Scatter]:
    group = [point for point in shown if point.id == chosen]
    if not group:
        return []
    return [
        go.Scatter(
            x=_values(group, across),
            y=_values(group, up, spans[1]),
            mode="markers",
            name="chosen",
            hoverinfo="skip",
            marker={
                "symbol": "circle-open",
                "size": 24,
                "color": ACCENT,
                "line": {"width": 3, "color": ACCENT},
            },
        )
    ]


def _name(
    figure: go.Figure,
    shown: Sequence[Measurement],
    best: Sequence[Measurement],
    chosen: str,
    across: Axis,
    up: Axis,
    spans: tuple[Span, Span],
) -> None:
    """Bits beside the dots of the front, the chosen one first; the others have them on hover."""
    named = {point.id for point in best} | {chosen}
    ordered = sorted(shown, key=lambda p: (p.id != chosen, not p.recipe.is_fp32, p.id not in named))
    wide, floor = spans
    names = [_label(point, up, floor) if _is_named(point, named) else "" for point in ordered]
    spots = [
        (wide.share(across.reading(p)[0]), floor.share(max(up.reading(p)[0], _floor(floor))))
        for p in ordered
    ]
    places = labels.place(spots, names)
    kept = [at for at, where in enumerate(places) if where]
    group = [ordered[at] for at in kept]
    figure.add_trace(
        go.Scatter(
            x=_values(group, across),
            y=_values(group, up, floor),
            mode="text",
            text=[_bold(names[at], ordered[at].id == chosen) for at in kept],
            textposition=[places[at] for at in kept],
            hoverinfo="skip",
            showlegend=False,
        )
    )


def _is_named(point: Measurement, named: set[str]) -> bool:
    return point.id in named or point.recipe.is_fp32


def _label(point: Measurement, up: Axis, visible: Span) -> str:
    middle = up.reading(point)[0]
    below = f" ↓ {middle:.1f} %" if up.name == "accuracy" and middle < _floor(visible) else ""
    return ("FP32" if point.recipe.is_fp32 else point.recipe.bits) + below


def _bold(name: str, chosen: bool) -> str:
    return f"<b>{name}</b>" if chosen else name


def _shade(
    figure: go.Figure,
    shown: Sequence[Measurement],
    limits: Budgets,
    across: Axis,
    up: Axis,
    spans: tuple[Span, Span],
) -> None:
    """Grey over what a budget excludes along either axis."""
    for letter, axis, visible in (("x", across, spans[0]), ("y", up, spans[1])):
        limit = _limit(axis, limits, shown)
        if limit is None or not visible.low < limit < visible.high:
            continue
        falls = axis.budget == "drop"
        low, high = (visible.low, limit) if falls else (limit, visible.high)
        add = figure.add_hrect if letter == "y" else figure.add_vrect
        sides = {f"{letter}0": low, f"{letter}1": high}
        add(**sides, fillcolor=NEUTRAL, opacity=0.13, line_width=0, layer="below")
        line = figure.add_hline if letter == "y" else figure.add_vline
        line(**{letter: limit}, line={"color": NEUTRAL, "width": 1}, layer="below")


def _limit(axis: Axis, limits: Budgets, shown: Sequence[Measurement]) -> float | None:
    value = limits.limits.get(axis.budget)
    if value is None or not shown:
        return None
    if axis.budget == "drop":
        return (shown[0].fp32_accuracy - value) * 100
    return value / 1e6 if axis.budget == "size_bytes" else value


def _layout(across: Axis, up: Axis, wide: Span, high: Span) -> go.Layout:
    return go.Layout(
        height=HEIGHT,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        xaxis=_axis(across, wide),
        yaxis=_axis(up, high),
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "itemclick": False},
        hoverlabel={"align": "left"},
        dragmode=False,
        hovermode="closest",
    )


def _axis(axis: Axis, visible: Span) -> dict[str, object]:
    common = {
        "title": {"text": axis.title + (", log scale" if axis.log else "")},
        "range": visible.range,
        "showgrid": not axis.log,
        "gridcolor": "rgba(128,134,145,0.18)",
        "zeroline": False,
        "automargin": True,
    }
    if not axis.log:
        return common | {"nticks": 6}
    values = ticks(visible)
    return common | {
        "type": "log",
        "tickvals": values,
        "ticktext": [f"{value:g}" for value in values],
    }
