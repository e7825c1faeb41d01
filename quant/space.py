"""The 3-D view: size, latency and accuracy at once, with the front of all three."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import chain
from math import cos, sin
from typing import Any

import numpy as np
import plotly.graph_objects as go

from quant import labels
from quant.axes import Axis, titled
from quant.budgets import Budgets
from quant.hover import in_space
from quant.palette import ACCENT, NEUTRAL, Mark, mark
from quant.plots import GRID, figure
from quant.point import Point, dot_name
from quant.room import ASPECT, RISE, TURN, Room
from quant.scene import limit
from quant.spans import Span, ticks
from quant.traces import SKIP, Trace

HEIGHT = 480
DISTANCE = 1.45  # of the camera, in the scene's own unit
DIM = 0.35
NAMED = 16  # more names than this would only cover each other
# Plotly draws eight symbols in 3-D; the first four are those of the 2-D chart.
SYMBOLS = {"triangle-up": "x", "triangle-down": "x", "pentagon": "square"}


def space(
    points: Sequence[Point],
    *,
    budgets: Budgets | None = None,
    chosen: str = "",
    fresh: Collection[str] = (),
    alike: Collection[str] = (),
    best: str = "",
) -> go.Figure:
    """One dot a point over size and latency, as high as it is accurate. The front stands on
    stems; dominated points and those outside the budgets are dim. Budgets are planes. Those
    `alike` are not told apart in accuracy from the point labelled `best`.
    """
    budgets = budgets or Budgets()
    room = Room.of(points, budgets, chosen)
    groups: dict[tuple[Mark, int, bool], list[Point]] = {}
    for point in room.shown:
        look = (mark(point), room.models.index(point.workload), room.is_dim(point))
        groups.setdefault(look, []).append(point)
    data = [
        *_planes(room, budgets),
        _stems(room),
        *_key(room),
        *(_dots(room, group, *look) for look, group in groups.items()),
        *_rings(
            room,
            [p for p in room.shown if p.id in alike],
            f"not told apart from {best}",
            NEUTRAL,
            13,
            "square-open",
        ),
        *_rings(room, [p for p in room.shown if p.id in fresh], "just measured", NEUTRAL, 20),
        *_rings(room, [p for p in room.shown if p.id == chosen], "chosen", ACCENT, 17),
        _names(room),
    ]
    return figure(data, _layout(room))


def _dots(room: Room, group: Sequence[Point], look: Mark, model: int, dim: bool) -> Trace:
    many = len(room.models) > 1
    return _trace(
        **_at([room.spot(point) for point in group]),
        mode="markers",
        name=look.name,
        showlegend=False,
        customdata=[point.id for point in group],
        hovertext=[in_space(point, point.id in room.best, model=many) for point in group],
        hovertemplate="%{hovertext}<extra></extra>",
        marker=_marker(look, model) | {"opacity": DIM if dim else 1.0},
    )


def _key(room: Room) -> list[Trace]:
    looks = dict.fromkeys(mark(point) for point in room.shown)
    entries = [(look.name, _marker(look, 0)) for look in looks]
    if len(room.models) > 1:
        circle = Mark("", NEUTRAL, "circle")
        entries += [(name, _marker(circle, at)) for at, name in enumerate(room.models)]
    return [
        _trace(x=[None], y=[None], z=[None], mode="markers", name=name, marker=marker)
        for name, marker in entries
    ]


def _marker(look: Mark, model: int) -> dict[str, Any]:
    """Models are told apart by filled and open symbols; from the third on, by their names."""
    symbol = SYMBOLS.get(look.symbol, look.symbol)
    can_open = symbol in ("circle", "diamond", "square")
    size = {"diamond": 5, "cross": 6}.get(symbol, 6.5)
    symbol += "-open" if model and can_open else ""
    return {"color": look.colour, "symbol": symbol, "size": size, "line": {"width": 0}}


def _rings(
    room: Room,
    group: Sequence[Point],
    name: str,
    colour: str,
    size: float,
    symbol: str = "circle-open",
) -> list[Trace]:
    look = {"symbol": symbol, "size": size, "color": colour, "line": {"width": 3}}
    ring = _trace(
        **_at([room.spot(point) for point in group]),
        mode="markers", name=name, hoverinfo="skip", marker=look,
    )  # fmt: skip
    return [ring] if group else []


def _stems(room: Room) -> Trace:
    """From the front down to the plane of size and latency, where a dot can be read."""
    floor = room.spans[2].low
    spots = [room.spot(point) for point in room.shown if point.id in room.best]
    ends = list(chain.from_iterable(((x, y, z), (x, y, floor), (None,) * 3) for x, y, z in spots))
    line = {"color": NEUTRAL, "width": 2}
    return _trace(
        **dict(zip("xyz", map(list, zip(*ends, strict=True)), strict=False)),
        mode="lines", line=line, opacity=0.5, **SKIP,
    )  # fmt: skip


def _names(room: Room) -> Trace:
    """Names that do not cover each other from where the camera stands at first."""
    kept = [p for p in room.shown if p.id in room.best or p.id == room.chosen or p.recipe.is_fp32]
    kept.sort(key=lambda point: (point.id != room.chosen, not point.recipe.is_fp32))
    kept = kept[:NAMED]
    texts = [_label(room, point) for point in kept]
    places = labels.place([room.seen(point) for point in kept], texts)
    shown = [(p, text, at) for p, text, at in zip(kept, texts, places, strict=True) if at]
    return _trace(
        **_at([room.spot(point) for point, _, _ in shown]),
        mode="text",
        text=[text for _, text, _ in shown],
        textposition=[at for _, _, at in shown],
        **SKIP,
    )


def _label(room: Room, point: Point) -> str:
    """Symbols tell models apart; only the baselines have their names."""
    if not point.recipe.is_fp32:
        return dot_name(point)
    return f"FP32 {point.workload}" if len(room.models) > 1 else "FP32"


def _planes(room: Room, budgets: Budgets) -> list[Trace]:
    """A sheet where a budget ends."""
    found = []
    for at, (axis, visible) in enumerate(zip(room.axes, room.spans, strict=True)):
        value = limit(axis, budgets, room.shown)
        if value is None or not visible.low < value < visible.high:
            continue
        first, second = (room.spans[other] for other in range(3) if other != at)
        corners = [[a, b] for a in (first.low, first.high) for b in (second.low, second.high)]
        for corner in corners:
            corner.insert(at, value)
        found.append(
            _trace(
                type="mesh3d",
                **_at(corners),
                i=[0, 1],
                j=[1, 3],
                k=[2, 2],
                color=NEUTRAL,
                opacity=0.16,
                name=f"budget: {axis.name}",
                **SKIP,
            )
        )
    return found


def _at(spots: Sequence[Sequence[float]]) -> dict[str, Any]:
    columns = np.array(spots, np.float32).reshape(-1, 3).T
    return dict(zip("xyz", columns, strict=True))


def _layout(room: Room) -> Trace:
    eye = {
        "x": DISTANCE * cos(RISE) * cos(TURN),
        "y": DISTANCE * cos(RISE) * sin(TURN),
        "z": DISTANCE * sin(RISE),
    }
    sides = {
        f"{letter}axis": _side(titled(axis, room.shown), axis, visible)
        for letter, axis, visible in zip("xyz", room.axes, room.spans, strict=True)
    }
    return {
        "height": HEIGHT,
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
        "scene": {
            **sides,
            "aspectmode": "manual",
            "aspectratio": dict(zip("xyz", ASPECT, strict=True)),
            "camera": {"eye": eye, "projection": {"type": "orthographic"}},
            "bgcolor": "rgba(0,0,0,0)",
        },
        "legend": {"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom", "itemclick": False},
        "hoverlabel": {"align": "left"},
        "uirevision": "space",  # a turned view stays turned
    }


def _side(title: str, axis: Axis, visible: Span) -> dict[str, Any]:
    look: dict[str, Any] = {
        "title": {"text": title},
        "range": visible.range,
        "showbackground": False,
        "gridcolor": GRID,
        "linecolor": NEUTRAL,
        "zeroline": False,
        "showspikes": False,
    }
    if not axis.log:
        return look | {"nticks": 5}
    values = ticks(visible)
    words = [f"{value:g}" for value in values]
    return look | {"type": "log", "tickvals": values, "ticktext": words}


def _trace(**look: Any) -> Trace:
    return {"type": "scatter3d"} | look
