"""The front: the points that nothing dominates, on one machine and one runtime."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, TypeVar

import numpy as np

from quant.dominance import Costs, non_dominated
from quant.errors import RequestError
from quant.metric import is_agreement, named
from quant.point import Figures
from quant.points import Floats, Mask, Place, Points
from quant.records import Measurement

P = TypeVar("P", Measurement, Figures)

# Each objective as a cost: less is better. The first three make the front of a listing.
COSTS: dict[str, Callable[[Points], Floats]] = {
    "accuracy": lambda points: -points.accuracy,
    "size": lambda points: points.size_bytes,
    "latency": lambda points: points.latency_ms,
    "loss": lambda points: points.drop,
    "changed answers": lambda points: points.flips / points.n,
    "weight bits": lambda points: points.weight_bits,
}
OBJECTIVES = tuple(COSTS)[:3]


class Ground(NamedTuple):
    """What points must share to be compared."""

    workload: str
    data: str
    machine_id: str
    runtime: str
    batch: int = 0
    threads: int = 0

    @property
    def spot(self) -> Ground:
        """The same, whatever latency was timed at."""
        return self._replace(batch=0, threads=0)

    @classmethod
    def of(cls, measured: Measurement | Figures | Place) -> Ground:
        data = f"{measured.data} ({measured.data_id})" if measured.data_id else measured.data
        if is_agreement(measured):  # which is no accuracy: never on one front with any
            data += f", {named(measured)}"
        machine_id = (
            measured.machine.id if isinstance(measured, Measurement) else measured.machine_id
        )
        timed = measured.batch, measured.threads
        return cls(measured.workload, data, machine_id, measured.runtime, *timed)


def front(measurements: Iterable[P], objectives: Sequence[str] = OBJECTIVES) -> list[P]:
    """The non-dominated points in the order given; duplicates stay, NaN and None stay out.

    Raises:
        RequestError: an unknown objective, or points that share no ground: see `Ground`.
    """
    listed = list(measurements)
    _one_ground(listed)
    best = non_dominated(costs(Points.of(listed), objectives))
    return [point for point, kept in zip(listed, best.tolist(), strict=True) if kept]


def best(points: Points, objectives: Sequence[str] = OBJECTIVES) -> Mask:
    """Which points are on the front of their own pictures, machine and runtime, over all models:
    accuracies on different pictures do not compare.

    Raises:
        RequestError: an unknown objective.
    """
    priced = costs(points, objectives)
    found = np.zeros(len(points), np.bool_)
    groups: dict[tuple[str | int, ...], list[Place]] = {}
    for place in points.places:
        groups.setdefault(Ground.of(place)[1:], []).append(place)
    for places in groups.values():
        mine = np.flatnonzero(points.at(places))
        found[mine] = non_dominated(priced[mine])
    return found


def grouped(measurements: Iterable[P]) -> dict[Ground, list[P]]:
    """Points apart by what they must share, each group in the order given."""
    groups: dict[Ground, list[P]] = {}
    for measured in measurements:
        groups.setdefault(Ground.of(measured), []).append(measured)
    return groups


def fronts(measurements: Iterable[P], objectives: Sequence[str] = OBJECTIVES) -> list[P]:
    """The front of every group, one after another: for listings that span machines."""
    groups = grouped(measurements).values()
    return [point for points in groups for point in front(points, objectives)]


def costs(points: Points, objectives: Sequence[str] = OBJECTIVES) -> Costs:
    """What each point costs in each objective, (points, objectives).

    Raises:
        RequestError: no objective, or one that is not known.
    """
    if not objectives or any(name not in COSTS for name in objectives):
        asked = ", ".join(objectives) or "none"
        raise RequestError(f"the objectives of a front are {', '.join(COSTS)}; got {asked}")
    return np.stack([COSTS[name](points) for name in objectives], axis=1)


def _one_ground(points: Sequence[Measurement] | Sequence[Figures]) -> None:
    grounds = sorted({Ground.of(point) for point in points})
    if len(grounds) > 1:
        first, second = ("·".join(map(str, ground)) for ground in grounds[:2])
        raise RequestError(
            "a front belongs to one workload on one data set, one machine and one runtime, one "
            "batch and one number of threads; "
            f"got {first} and {second}: choose one of them"
        )
