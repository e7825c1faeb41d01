"""Where points were measured, and what of several models belongs into one chart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from quant.pareto import Ground
from quant.points import Points
from quant.recipe import Recipe
from quant.selection import Filters, Selection


def grounds(points: Points) -> dict[Ground, str]:
    """Where a workload was measured, and when last."""
    newest: dict[Ground, str] = {}
    for place in points.used:
        ground = Ground.of(place)
        last = max(points.measured_at[points.at([place])], default="")
        newest[ground] = max(newest.get(ground, ""), last)
    return newest


def at(known: Iterable[Ground], spot: Ground, batch: int, threads: int, usual: int) -> Ground:
    """The ground of a spot at a batch and a number of threads; of 0 threads, the `usual` number,
    or where that was never used there, the one that was used last.

    Args:
        known: the newest last.
    """
    used = [one.threads for one in known if one.spot == spot]
    if not threads:
        threads = usual if usual in used or not used else used[-1]
    return spot._replace(batch=batch, threads=threads)


def filed(points: Points, ground: Ground, recipes: Iterable[Recipe]) -> frozenset[Recipe]:
    """Those of these recipes that have a point there, at whatever batch and threads."""
    places = [one for one in points.places if Ground.of(one).spot == ground.spot]
    there = points.take(points.at(places)).recipe.tolist()
    known = {one if isinstance(one, str) else one.canonical for one in there}
    return frozenset(recipe for recipe in recipes if recipe.canonical in known)


def select(
    own: Points, others: Mapping[str, Points], ground: Ground, filters: Filters
) -> Selection:
    """The points of a ground, and of other models what was measured last on its machine and
    runtime, at its batch and threads; none that is measured by another metric."""
    mine = _on(own, ground)
    metrics = {place.metric for place in mine.used}
    beside = {
        name: _beside(
            points.take(points.at(p for p in points.places if p.metric in metrics)), ground
        )
        for name, points in others.items()
    }
    return Selection(
        mine,
        [points for points in beside.values() if len(points)],
        filters,
        tuple(name for name, points in beside.items() if not len(points)),
    )


def _on(points: Points, ground: Ground) -> Points:
    return points.take(points.at(one for one in points.places if Ground.of(one) == ground))


def _beside(points: Points, ground: Ground) -> Points:
    """On the same pictures where there are such points, else on those measured last."""
    known = {one: newest for one, newest in grounds(points).items() if one[2:] == ground[2:]}
    same = [one for one in known if one.data == ground.data]
    if not known:
        return Points.of(())
    return _on(points, same[0] if same else max(known, key=known.__getitem__))
