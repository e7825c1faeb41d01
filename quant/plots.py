"""The front as a figure: dots, error bars, the stepped line, what budgets exclude."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from quant import traces
from quant.axes import Axis, titled
from quant.beside import Compared
from quant.budgets import Budgets
from quant.draws import Draws
from quant.marks import Mark, drawn
from quant.palette import NEUTRAL
from quant.point import Point
from quant.scene import ALONE, NO_DRAWS, Scene
from quant.spans import Span, ticks
from quant.traces import Trace

HEIGHT = 430
GRID = "rgba(128,134,145,0.18)"


def front(
    points: Sequence[Point],
    *,
    x: str = "size",
    y: str = "accuracy",
    budgets: Budgets | None = None,
    chosen: str = "",
    fresh: Collection[str] = (),
    compared: Compared = ALONE,
    draws: Mapping[str, Draws] = NO_DRAWS,
    marks: Sequence[Mark] = (),
) -> go.Figure:
    """One dot a point; `chosen` is the id of the one in the accent colour, `fresh` those of
    points that arrived a moment ago. What `compared` does not tell apart from the recommended
    point has a square around it, and the other `draws` of a point are ticks.

    Points that are dominated along the two axes, or outside the budgets, are dimmed. The id of a
    dot is its `customdata`. Points without a number on either axis are left out. `marks` are
    latencies of what is no point.
    """
    scene = Scene.of(points, x, y, budgets or Budgets(), chosen, compared, draws)
    data = [
        *traces.halo(scene, fresh),
        *traces.lines(scene),
        *traces.knees(scene),
        *traces.alike(scene),
        *traces.draws(scene),
        *traces.ring(scene),
        *traces.key(scene),
        *traces.dots(scene),
        *traces.names(scene),
    ]
    return figure(data, _layout(scene, marks))


class Done(go.Figure):  # type: ignore[misc]
    """A figure that changes no more. Turning it into a dictionary takes as long as drawing it, and
    is done once for all who look at it."""

    def __init__(self, made: go.Figure) -> None:
        super().__init__()
        self._done: dict[str, Any] = made.to_dict()

    def to_dict(self) -> dict[str, Any]:
        return dict(self._done)


def figure(data: list[Trace], layout: dict[str, Any]) -> go.Figure:
    """Without Plotly's own checks, which take longer than all else on a page: tests do them."""
    return go.Figure(data=data, layout=layout, _validate=False)


def _layout(scene: Scene, marks: Sequence[Mark]) -> dict[str, Any]:
    shapes = [shape for axis in (scene.across, scene.up) for shape in _shade(scene, axis)]
    lines, labels = drawn(scene, marks)
    return {
        "height": HEIGHT,
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "xaxis": _axis(scene, scene.across, scene.wide),
        "yaxis": _axis(scene, scene.up, scene.high),
        "shapes": [*shapes, *_baselines(scene), *lines],
        "annotations": labels,
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "itemclick": False},
        "hoverlabel": {"align": "left"},
        "dragmode": False,
        "hovermode": "closest",
    }


def _shade(scene: Scene, axis: Axis) -> list[dict[str, Any]]:
    """Grey over what a budget excludes along an axis, and its edge."""
    limit = scene.limit(axis)
    if limit is None:
        return []
    visible, other = ("x", "y") if axis is scene.across else ("y", "x")
    span = scene.wide if axis is scene.across else scene.high
    bad = span.low if axis.more else span.high
    along = {f"{other}ref": f"{other} domain", f"{other}0": 0, f"{other}1": 1, "layer": "below"}
    area = {
        "type": "rect", "fillcolor": NEUTRAL, "opacity": 0.13, "line": {"width": 0},
        f"{visible}0": min(limit, bad), f"{visible}1": max(limit, bad),
    }  # fmt: skip
    line = {"color": NEUTRAL, "width": 1}
    edge = {"type": "line", "line": line, f"{visible}0": limit, f"{visible}1": limit}
    return [area | along, edge | along]


def _baselines(scene: Scene) -> list[dict[str, Any]]:
    """A thin line at the height of each FP32."""
    line = {"color": NEUTRAL, "width": 0.8, "dash": "dash"}
    heights = {scene.spot(point)[1] for point in scene.shown if point.recipe.is_fp32}
    return [
        {
            "type": "line", "layer": "below", "line": line, "opacity": 0.8,
            "xref": "x domain", "x0": 0, "x1": 1, "y0": height, "y1": height,
        }
        for height in heights
    ]  # fmt: skip


def _axis(scene: Scene, axis: Axis, visible: Span) -> dict[str, Any]:
    log = ", log scale" if axis.log and not axis.ticks else ""
    common = {
        "title": {"text": titled(axis, scene.shown) + log},
        "range": visible.range,
        "showgrid": not axis.log,
        "gridcolor": GRID,
        "zeroline": False,
        "automargin": True,
    }
    if not axis.log:
        return common | {"nticks": 6}
    values = ticks(visible, axis.ticks)
    words = [f"{value:g}" for value in values]
    return common | {"type": "log", "tickvals": values, "ticktext": words}
