"""The front as a figure: dots, error bars, the stepped line, what budgets exclude."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from quant import explain, labels
from quant.axes import AXES, Axis, Span, ticks
from quant.budgets import Budgets
from quant.palette import ACCENT, NEUTRAL, Mark, mark
from quant.records import Measurement
from quant.scene import Scene

HEIGHT = 430
DIM = 0.38
SKIP: dict[str, Any] = {"hoverinfo": "skip", "showlegend": False}


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
    scene = Scene.of(points, x, y, budgets or Budgets(), chosen)
    figure = go.Figure(layout=_layout(scene))
    figure.add_trace(_line(scene))
    figure.add_traces(_ring(scene))
    groups: dict[tuple[Mark, bool], list[Measurement]] = {}
    for point in scene.shown:
        groups.setdefault((mark(point), scene.is_dim(point)), []).append(point)
    figure.add_traces([_key(look) for look in dict.fromkeys(look for look, _ in groups)])
    figure.add_traces([_dots(scene, group, *look) for look, group in groups.items()])
    figure.add_traces(_names(scene))
    for axis in (scene.across, scene.up):
        _shade(figure, scene, axis)
    return figure


def summary(points: Sequence[Measurement], x: str = "size", y: str = "accuracy") -> str:
    """Alternative text: what the chart says, in a sentence."""
    scene = Scene.of(points, x, y, Budgets(), "")
    if not scene.shown:
        return f"An empty chart of {y} against {x}."
    best = [point for point in scene.shown if point.id in scene.best]
    names = ", ".join(point.recipe.label for point in sorted(best, key=AXES[x].reading))
    return (
        f"{y.capitalize()} against {x} of {len(scene.shown)} measured points of "
        f"{points[0].workload}. On the front, from the least {x}: {names}. "
        "The table below holds the same data."
    )


def hover(point: Measurement, on_front: bool) -> str:
    """What a dot says when pointed at."""
    speed = explain.latency(point.latency_ms, point.latency_low_ms, point.latency_high_ms)
    lines = [f"<b>{point.recipe.label}</b>", f"accuracy {explain.accuracy(point)}"]
    if point.recipe.is_fp32:
        lines += [f"size {explain.size(point.size_bytes)}", f"latency {speed}"]
    else:
        lines += [
            f"against FP32 {explain.change(point)}",
            f"size {explain.size(point.size_bytes)}, {explain.smaller(point)}",
            f"latency {speed}, {explain.faster(point)}",
        ]
    return "<br>".join([*lines, "on the front" if on_front else "dominated"])


def _dots(scene: Scene, group: list[Measurement], look: Mark, dim: bool) -> go.Scatter:
    opacity = DIM if dim else 1.0
    red, green, blue = (int(look.colour[at : at + 2], 16) for at in (1, 3, 5))
    return go.Scatter(
        **scene.spots(group),
        **scene.bars(group, f"rgba({red},{green},{blue},{0.45 * opacity:.2f})"),
        mode="markers",
        name=look.name,
        showlegend=False,
        customdata=[point.id for point in group],
        hovertext=[hover(point, point.id in scene.best) for point in group],
        hovertemplate="%{hovertext}<extra></extra>",
        marker={"color": look.colour, "symbol": look.symbol, "size": 11, "opacity": opacity},
        selected={"marker": {"opacity": opacity}},
        unselected={"marker": {"opacity": opacity}},
    )


def _key(look: Mark) -> go.Scatter:
    """An entry of the legend, never dimmed."""
    marker = {"color": look.colour, "symbol": look.symbol, "size": 11}
    return go.Scatter(x=[None], y=[None], mode="markers", name=look.name, marker=marker)


def _line(scene: Scene) -> go.Scatter:
    best = [point for point in scene.shown if point.id in scene.best]
    ordered = sorted(best, key=scene.across.reading)
    line = {"shape": "hv", "color": NEUTRAL, "width": 1.4, "dash": "dot"}
    return go.Scatter(**scene.spots(ordered), mode="lines", line=line, **SKIP)


def _ring(scene: Scene) -> list[go.Scatter]:
    """Around the chosen point."""
    group = [point for point in scene.shown if point.id == scene.chosen]
    look = {"symbol": "circle-open", "size": 24, "color": ACCENT, "line": {"width": 3}}
    ring = go.Scatter(
        **scene.spots(group), mode="markers", name="chosen", hoverinfo="skip", marker=look
    )
    return [ring] if group else []


def _names(scene: Scene) -> list[go.Scatter]:
    """Bits beside the dots of the front, the chosen one first; the others have them on hover."""
    named = scene.best | {scene.chosen}
    named |= {point.id for point in scene.shown if point.recipe.is_fp32}
    ordered = sorted(
        scene.shown, key=lambda p: (p.id != scene.chosen, not p.recipe.is_fp32, p.id not in named)
    )
    names = [_label(scene, point) if point.id in named else "" for point in ordered]
    places = labels.place([scene.share(point) for point in ordered], names)
    return [
        go.Scatter(
            **scene.spots([point]),
            mode="markers+text",
            text=[f"<b>{name}</b>" if point.id == scene.chosen else name],
            textposition=place,
            textfont={"color": ACCENT} if point.id == scene.chosen else {},
            marker={"opacity": 0, "size": 18 if point.id == scene.chosen else 8},
            **SKIP,
        )
        for point, name, place in zip(ordered, names, places, strict=True)
        if place
    ]


def _label(scene: Scene, point: Measurement) -> str:
    middle = scene.up.reading(point)[0]
    below = (
        f"{labels.BREAK}↓ {middle:.0f} %"
        if scene.up.budget == "drop" and scene.is_sunk(point)
        else ""
    )
    return ("FP32" if point.recipe.is_fp32 else point.recipe.bits) + below


def _shade(figure: go.Figure, scene: Scene, axis: Axis) -> None:
    """Grey over what a budget excludes along an axis."""
    limit = scene.limit(axis)
    if limit is None:
        return
    upright = axis is scene.across
    letter, visible = ("x", scene.wide) if upright else ("y", scene.high)
    low, high = (visible.low, limit) if axis.budget == "drop" else (limit, visible.high)
    add = figure.add_vrect if upright else figure.add_hrect
    ends = {f"{letter}0": low, f"{letter}1": high}
    add(**ends, fillcolor=NEUTRAL, opacity=0.13, line_width=0, layer="below")
    line = figure.add_vline if upright else figure.add_hline
    line(**{letter: limit}, line={"color": NEUTRAL, "width": 1}, layer="below")


def _layout(scene: Scene) -> go.Layout:
    return go.Layout(
        height=HEIGHT,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        xaxis=_axis(scene.across, scene.wide),
        yaxis=_axis(scene.up, scene.high),
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "itemclick": False},
        hoverlabel={"align": "left"},
        dragmode=False,
        hovermode="closest",
    )


def _axis(axis: Axis, visible: Span) -> dict[str, Any]:
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
    words = [f"{value:g}" for value in values]
    return common | {"type": "log", "tickvals": values, "ticktext": words}
