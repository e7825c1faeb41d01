"""What a dot says when pointed at, and what a chart says to who cannot see it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from quant import explain
from quant.axes import AXES, SPACE
from quant.budgets import Budgets
from quant.explain import listed
from quant.metric import named, titled
from quant.point import Point
from quant.runtimes import title
from quant.scene import Scene, on_front, within

BREAK = "<br>"


def hover(
    point: Point,
    on_front: bool,
    *,
    model: bool = False,
    knee: bool = False,
    more: Sequence[str] = (),
) -> str:
    """A few lines with units; the first names the model where several are shown, the last ones
    are `more`."""
    time = explain.latency(point.latency_ms, point.latency_low_ms, point.latency_high_ms)
    time = time if point.batch == 1 else f"{time} for {explain.batch_of(point.batch)}"
    name = f"{point.workload} · {point.recipe.label}" if model else point.recipe.label
    lines = [f"<b>{name}</b>", f"{named(point)} {explain.accuracy(point)}"]
    if point.recipe.is_fp32:
        lines += [f"size {explain.size(point.size_bytes)}", f"latency {time}"]
    else:
        lines += [
            f"against FP32 {explain.change(point)}",
            f"size {explain.size(point.size_bytes)}, {explain.smaller(point)}",
            f"{_speed(point)}, {time}",
        ]
    if point.executed_by:
        lines.append(f"in {title(point.executed_by)}")
    lines.append("on the front" if on_front else "dominated: another is at least as good in both")
    if knee:
        lines[-1] = "on the front, at its knee: where it bends most"
    return BREAK.join([*lines, *more])


def _speed(point: Point) -> str:
    """`2.6× faster (2.5 to 2.7)`: the ratio in one run is what a busy machine moves least."""
    _, low, high = explain.latency_ratio(point)
    told = explain.faster(point)
    interval = explain.speed_range(low, high)
    return told if interval == explain.ABSENT else f"{told} ({interval})"


def in_space(point: Point, on_front: bool, *, model: bool = False) -> str:
    """The same in the 3-D view."""
    told = hover(point, on_front, model=model)
    return told.replace("good in both", "good in all three")


def summary(
    points: Sequence[Point], x: str = "size", y: str = "accuracy", alike: Collection[str] = ()
) -> str:
    """Alternative text: what the chart says, in a sentence."""
    scene = Scene.of(points, x, y, Budgets())
    if not scene.shown:
        return f"An empty chart of {y} against {x}."
    across, up = (titled(scene.shown[0].metric, name) for name in (x, y))
    best = [point for front in scene.fronts for point in front]
    return (
        f"{up[:1].upper()}{up[1:]} against {across} of {len(scene.shown)} measured points of "
        f"{listed(scene.models)}. On the front, from the least {across}: "
        f"{_names(best, scene.models)}. "
        f"{_squared(scene, alike)}"
        "The table below holds the same data."
    )


def _squared(scene: Scene, alike: Collection[str]) -> str:
    """Which points have a square around them."""
    some = [point for point in scene.shown if point.id in alike]
    if not some:
        return ""
    what = named(some[0])
    return f"Not told apart from the recommended point in {what}: {_names(some, scene.models)}. "


def space_summary(points: Sequence[Point], objectives: Sequence[str] = SPACE) -> str:
    """Alternative text of the 3-D view."""
    shown = within(points, [AXES[name] for name in objectives])
    if not shown:
        return f"An empty chart of {listed(objectives)}."
    models = tuple(dict.fromkeys(point.workload for point in shown))
    ids = on_front(shown, objectives)
    best = [point for point in shown if point.id in ids]
    what = titled(shown[0].metric, listed(objectives).capitalize())
    return (
        f"{what} in three dimensions, {len(shown)} measured points of "
        f"{listed(models)}. On the front of all three: {_names(best, models)}. "
        "The table below holds the same data."
    )


def _names(points: Sequence[Point], models: Sequence[str]) -> str:
    many = len(models) > 1
    return ", ".join(f"{p.workload} {p.recipe.label}" if many else p.recipe.label for p in points)
