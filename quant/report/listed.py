"""What is shown, with everything that is kept of each point."""

from __future__ import annotations

import numpy as np

from quant.point import mark
from quant.points import Points
from quant.records import Measurement
from quant.selection import Selection
from quant.store import Store


def with_draws(selection: Selection, shown: Points) -> Points:
    """What is shown, and the further calibration draws of it."""
    if not selection.draws:
        return shown
    dots = np.array([mark(name) for name in selection.draws], np.uint64)
    there = np.isin(dots, shown.marks).tolist()
    more = [
        mark(name)
        for draws, is_shown in zip(selection.draws.values(), there, strict=True)
        for name in draws.ids[1:]
        if is_shown
    ]
    further = np.isin(selection.whole.marks, np.array(more, np.uint64))
    return Points.joined([shown, selection.whole.take(further)])


def measurements(store: Store, points: Points) -> list[Measurement]:
    """The points as they are kept, in their order."""
    figures = points.figures(range(len(points)))
    wanted = {one.identity: at for at, one in enumerate(figures)}
    workloads = dict.fromkeys(place.workload for place in points.used)
    kept = (one for name in workloads for one in store.points(name))
    found = [one for one in kept if one.identity in wanted]
    return sorted(found, key=lambda one: wanted[one.identity])
