"""The layers of the 2-D chart: front lines, rings, dots, the legend's entries and names."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np

from quant import certainty, labels
from quant.hover import hover
from quant.palette import ACCENT, NEUTRAL, Mark, filled, mark
from quant.point import Point, dot_name
from quant.scene import Scene

DIM = 0.38
CROWD = 60  # with more dots than this, only the front and the chosen point have error bars
Trace = dict[str, Any]  # as Plotly has it; its objects would take ten times as long
Named = tuple[Point, str, str]  # with its text and where that goes
SKIP: dict[str, Any] = {"hoverinfo": "skip", "showlegend": False}


def lines(scene: Scene) -> list[Trace]:
    """A stepped line a front: nothing measured lies on its good side."""
    better_right = scene.across.more
    look = {
        "shape": "vh" if better_right else "hv", "color": NEUTRAL, "width": 1.4, "dash": "dot",
    }  # fmt: skip
    return [_trace(**scene.spots(front), mode="lines", line=look, **SKIP) for front in scene.fronts]


def halo(scene: Scene, fresh: Collection[str]) -> list[Trace]:
    """Behind what was measured a moment ago."""
    group = [point for point in scene.shown if point.id in fresh]
    look = {"symbol": "circle", "size": 30, "color": NEUTRAL, "opacity": 0.28}
    return _rings(scene, group, "just measured", look)


def knees(scene: Scene) -> list[Trace]:
    """Around where a front bends most."""
    group = [point for point in scene.shown if point.id in scene.knees]
    look = {"symbol": "hexagon2-open", "size": 19, "color": NEUTRAL, "line": {"width": 2}}
    return _rings(scene, group, "the knee", look)


def alike(scene: Scene) -> list[Trace]:
    """Around what is not told apart from the recommended point in accuracy."""
    group = [point for point in scene.shown if point.id in scene.compared.alike]
    look = {"symbol": "square-open", "size": 18, "color": NEUTRAL, "line": {"width": 1.2}}
    return _rings(scene, group, f"not told apart from {scene.compared.best_label}", look)


def draws(scene: Scene) -> list[Trace]:
    """A tick for the accuracy of each other calibration draw, where accuracy goes up."""
    if scene.up.name != "accuracy":
        return []
    spots = [
        (scene.spot(point)[0], 100 * accuracy)
        for point in scene.shown
        if point.id in scene.draws and not scene.is_sunk(point)
        for accuracy in scene.draws[point.id].accuracies[1:]
    ]
    if not spots:
        return []
    x, y = np.array(spots, np.float32).T
    look = {"symbol": "line-ew-open", "size": 9, "color": NEUTRAL, "line": {"width": 2}}
    name = "other calibration draws"
    return [_trace(x=x, y=y, mode="markers", name=name, hoverinfo="skip", marker=look)]


def ring(scene: Scene) -> list[Trace]:
    """Around the chosen point."""
    group = [point for point in scene.shown if point.id == scene.chosen]
    look = {"symbol": "circle-open", "size": 26, "color": ACCENT, "line": {"width": 3}}
    return _rings(scene, group, "chosen", look)


def dots(scene: Scene) -> list[Trace]:
    """One trace for each look; the id of a dot is its `customdata`."""
    crowded = len(scene.shown) > CROWD
    groups: dict[tuple[Mark, int, bool, bool], list[Point]] = {}
    for point in scene.shown:
        dim = scene.is_dim(point)
        bars = not crowded or not dim or point.id == scene.chosen
        look = (mark(point), scene.models.index(point.workload), dim, bars)
        groups.setdefault(look, []).append(point)
    return [_dots(scene, group, *look) for look, group in groups.items()]


def key(scene: Scene) -> list[Trace]:
    """The legend: methods by colour and symbol, models by how symbols are filled; never dim."""
    looks = dict.fromkeys(mark(point) for point in scene.shown)
    entries = [_entry(look.name, look.colour, look.symbol) for look in looks]
    if len(scene.models) > 1:
        entries += [
            _entry(name, NEUTRAL, filled("circle", at)) for at, name in enumerate(scene.models)
        ]
    return entries


def names(scene: Scene) -> list[Trace]:
    """Bits beside the dots of the front, the chosen one first; the others have them on hover."""
    named = scene.best | {scene.chosen}
    named |= {point.id for point in scene.shown if point.recipe.is_fp32}
    ordered = sorted(
        (point for point in scene.shown if point.id in named),
        key=lambda p: (
            p.id != scene.chosen,
            not p.recipe.is_fp32,
            not scene.is_sunk(p),
            scene.share(p)[0],
        ),
    )
    others = [scene.share(point) for point in scene.shown if point.id not in named]
    texts = [_label(scene, point) for point in ordered]
    blank = [""] * len(others)
    places = labels.place(
        [scene.share(point) for point in ordered] + others,
        texts + blank,
        ringed=0 if ordered and ordered[0].id == scene.chosen else None,
    )
    kept = [
        (point, text, place)
        for point, text, place in zip(ordered, texts, places, strict=False)
        if place
    ]
    own = [one for one in kept if one[0].id == scene.chosen]
    rest = [one for one in kept if one[0].id != scene.chosen]
    return [_texts(scene, rest, 8, {}), _texts(scene, own, 18, {"color": ACCENT})]


def _texts(scene: Scene, group: Sequence[Named], size: int, font: dict[str, Any]) -> Trace:
    """`size` of the unseen dot keeps the text away from what is drawn there."""
    return _trace(
        **scene.spots([point for point, _, _ in group]),
        mode="markers+text",
        text=[f"<b>{text}</b>" if font else text for _, text, _ in group],
        textposition=[place for _, _, place in group],
        textfont=font,
        marker={"opacity": 0, "size": size},
        **SKIP,
    )


def _dots(
    scene: Scene, group: Sequence[Point], look: Mark, model: int, dim: bool, bars: bool
) -> Trace:
    opacity = DIM if dim else 1.0
    red, green, blue = (int(look.colour[at : at + 2], 16) for at in (1, 3, 5))
    marker = _marker(look.colour, filled(look.symbol, model))
    many = len(scene.models) > 1
    return _trace(
        **scene.spots(group),
        **(scene.bars(group, f"rgba({red},{green},{blue},{0.45 * opacity:.2f})") if bars else {}),
        mode="markers",
        name=look.name,
        showlegend=False,
        customdata=[point.id for point in group],
        hovertext=[
            hover(
                point,
                point.id in scene.best,
                model=many,
                knee=point.id in scene.knees,
                more=_sure(scene, point),
            )
            for point in group
        ],
        hovertemplate="%{hovertext}<extra></extra>",
        marker=marker | {"opacity": opacity, "size": 11 if not dim or bars else 8},
        selected={"marker": {"opacity": opacity}},
        unselected={"marker": {"opacity": opacity}},
    )


def _sure(scene: Scene, point: Point) -> list[str]:
    """What its accuracy is beside the recommended point's, and over calibration draws."""
    said = []
    if found := scene.compared.beside.get(point.id):
        said.append(certainty.beside(found, scene.compared.best_label))
    if own := scene.draws.get(point.id):
        said.append(certainty.over_draws(own))
    return said


def _rings(scene: Scene, group: Sequence[Point], name: str, look: dict[str, Any]) -> list[Trace]:
    trace = _trace(**scene.spots(group), mode="markers", name=name, hoverinfo="skip", marker=look)
    return [trace] if group else []


def _entry(name: str, colour: str, symbol: str) -> Trace:
    return _trace(x=[None], y=[None], mode="markers", name=name, marker=_marker(colour, symbol))


def _marker(colour: str, symbol: str) -> dict[str, Any]:
    """An open symbol has its colour in its outline."""
    look: dict[str, Any] = {"color": colour, "symbol": symbol, "size": 11}
    return look | {"line": {"width": 2, "color": colour}} if "open" in symbol else look


def _label(scene: Scene, point: Point) -> str:
    name = "FP32" if point.recipe.is_fp32 else dot_name(point)
    if point.recipe.is_fp32 and len(scene.models) > 1:
        name += labels.BREAK + point.workload
    middle = scene.up.reading(point)[0]
    if scene.up.focused and scene.is_sunk(point):
        name += f"{labels.BREAK}↓ {middle:.0f}"
    return name


def _trace(**look: Any) -> Trace:
    return {"type": "scatter"} | look
