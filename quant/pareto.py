"""The front: the points that nothing dominates, on one machine and one runtime."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import isfinite
from typing import NamedTuple

from quant.errors import RequestError
from quant.records import Measurement

Costs = tuple[float, ...]

# Each objective as a cost: less is better.
COSTS: dict[str, Callable[[Measurement], float | None]] = {
    "accuracy": lambda measured: None if measured.accuracy is None else -measured.accuracy,
    "size": lambda measured: measured.size_bytes,
    "latency": lambda measured: measured.latency_ms,
}
OBJECTIVES = tuple(COSTS)


class Ground(NamedTuple):
    """What points must share to be compared."""

    workload: str
    data: str
    machine_id: str
    runtime: str

    @classmethod
    def of(cls, measured: Measurement) -> Ground:
        data = f"{measured.data} ({measured.data_id})" if measured.data_id else measured.data
        return cls(measured.workload, data, measured.machine.id, measured.runtime)


def dominates(one: Sequence[float], other: Sequence[float]) -> bool:
    """Whether costs `one` are nowhere worse than `other` and somewhere better.

    A strict partial order; costs that hold NaN neither dominate nor are dominated.
    """
    pairs = list(zip(one, other, strict=True))
    return all(a <= b for a, b in pairs) and any(a < b for a, b in pairs)


def front(
    measurements: Iterable[Measurement], objectives: Sequence[str] = OBJECTIVES
) -> list[Measurement]:
    """The non-dominated points in the order given; duplicates stay, NaN and None stay out.

    Raises:
        RequestError: an unknown objective, or points that share no ground: see `Ground`.
    """
    points = list(measurements)
    _one_ground(points)
    measured = [(costs(point, objectives), point) for point in points]
    finite = [(cost, point) for cost, point in measured if cost is not None]
    best = set(_non_dominated({cost for cost, _ in finite}))
    return [point for cost, point in finite if cost in best]


def grouped(measurements: Iterable[Measurement]) -> dict[Ground, list[Measurement]]:
    """Points apart by workload, data, machine and runtime, each group in the order given."""
    groups: dict[Ground, list[Measurement]] = {}
    for measured in measurements:
        groups.setdefault(Ground.of(measured), []).append(measured)
    return groups


def fronts(
    measurements: Iterable[Measurement], objectives: Sequence[str] = OBJECTIVES
) -> list[Measurement]:
    """The front of every group, one after another: for listings that span machines."""
    groups = grouped(measurements).values()
    return [point for points in groups for point in front(points, objectives)]


def costs(measured: Measurement, objectives: Sequence[str] = OBJECTIVES) -> Costs | None:
    """What a point costs in each objective, or None where one of them is not a finite number.

    Raises:
        RequestError: no objective, or one that is not known.
    """
    if not objectives or any(name not in COSTS for name in objectives):
        asked = ", ".join(objectives) or "none"
        raise RequestError(f"the objectives of a front are {', '.join(OBJECTIVES)}; got {asked}")
    found = [COSTS[name](measured) for name in objectives]
    finite = tuple(cost for cost in found if cost is not None and isfinite(cost))
    return finite if len(finite) == len(found) else None


def _non_dominated(costs_seen: set[Costs]) -> list[Costs]:
    """In lexicographic order a point can only be dominated by an earlier one, on the front."""
    kept: list[Costs] = []
    for cost in sorted(costs_seen):
        if not any(dominates(other, cost) for other in kept):
            kept.append(cost)
    return kept


def _one_ground(points: Sequence[Measurement]) -> None:
    grounds = sorted({Ground.of(point) for point in points})
    if len(grounds) > 1:
        first, second = ("·".join(ground) for ground in grounds[:2])
        raise RequestError(
            "a front belongs to one workload on one data set, one machine and one runtime; "
            f"got {first} and {second}: choose one of them"
        )
