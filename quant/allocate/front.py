"""Predicted fronts: the least noise for every budget of one cost."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from quant.allocate.constraints import Limits
from quant.allocate.hull import hull
from quant.allocate.problem import Assignment, Problem
from quant.allocate.solve import solve

BUDGETS = 24


@dataclass(frozen=True, slots=True)
class Front:
    """Of one cost, a field of Assignment: the convex hull, and the best for budgets between its
    ends. All of it is predicted, and never drawn as measured."""

    cost: str
    hull: tuple[Assignment, ...]
    between: tuple[Assignment, ...]

    @property
    def assignments(self) -> tuple[Assignment, ...]:
        """All, the cheapest first, each with less noise than those before it."""
        every = sorted({*self.hull, *self.between}, key=lambda a: (getattr(a, self.cost), a.noise))
        kept: list[Assignment] = []
        for one in every:
            if not kept or one.noise < kept[-1].noise:
                kept.append(one)
        return tuple(kept)


def front(given: Problem, cost: str, others: Limits | None = None, budgets: int = BUDGETS) -> Front:
    """The front over a cost, within limits on others.

    Budgets lie in equal ratios between the ends of the hull; where a cheaper one was answered
    better than the solver's gap tells apart, its answer stands.

    Raises:
        RequestError: as `solve`.
    """
    own = hull(given, cost)
    first, last = own.costs[0], own.costs[-1]
    vertices = tuple(own.at(at) for at in range(len(own))) if others is None else ()
    if not first < last:
        return Front(cost, vertices, ())
    between: list[Assignment] = []
    for limit in np.geomspace(max(first, 1e-9), last, budgets + 2)[1:-1]:
        wanted = replace(others or Limits(), **{cost: float(limit)})
        found = [solve(given, wanted), *between[-1:]]
        between.append(min(found, key=lambda one: (one.noise, getattr(one, cost))))
    return Front(cost, vertices, tuple(between))
