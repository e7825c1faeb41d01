"""Where points were measured, and what of several models belongs into one chart."""

from __future__ import annotations

from collections.abc import Mapping

from quant.pareto import Ground
from quant.points import Points
from quant.selection import Filters, Selection


def grounds(points: Points) -> dict[Ground, str]:
    """Where a workload was measured, and when last."""
    newest: dict[Ground, str] = {}
    for place in points.used:
        ground = Ground.of(place)
        last = max(points.measured_at[points.at([place])], default="")
        newest[ground] = max(newest.get(ground, ""), last)
    return newest


def select(
    own: Points, others: Mapping[str, Points], ground: Ground, filters: Filters
) -> Selection:
    """The points of a ground, and of other models what was measured last on its machine and
    runtime."""
    beside = {name: _beside(points, ground) for name, points in others.items()}
    return Selection(
        _on(own, ground),
        [points for points in beside.values() if len(points)],
        filters,
        tuple(name for name, points in beside.items() if not len(points)),
    )


def _on(points: Points, ground: Ground) -> Points:
    return points.take(points.at(one for one in points.places if Ground.of(one) == ground))


def _beside(points: Points, ground: Ground) -> Points:
    """On the same pictures where there are such points, else on those measured last."""
    known = {
        one: newest
        for one, newest in grounds(points).items()
        if (one.machine_id, one.runtime) == (ground.machine_id, ground.runtime)
    }
    same = [one for one in known if one.data == ground.data]
    if not known:
        return Points.of(())
    return _on(points, same[0] if same else max(known, key=known.__getitem__))
