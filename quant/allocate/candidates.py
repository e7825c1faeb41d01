"""Assignments along a predicted front that are worth measuring."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from quant.allocate.front import Front
from quant.allocate.problem import Assignment


def candidates(found: Front, wanted: Assignment, count: int) -> list[Assignment]:
    """The one that is wanted first, and others from a half to twice its cost, in equal ratios."""
    cost = getattr(wanted, found.cost)
    every = [one for one in found.assignments if one.layers != wanted.layers]
    chosen = [wanted]
    for share in _shares(count - 1):
        left = [one for one in every if one not in chosen]
        if not left:
            break
        aim = np.log(cost * share)
        chosen.append(min(left, key=lambda one: abs(np.log(getattr(one, found.cost)) - aim)))
    return chosen


def _shares(count: int) -> Sequence[float]:
    """Of the wanted cost, those near it first."""
    every = np.geomspace(0.6, 1.7, count) if count > 1 else np.array([0.85][:count])
    return sorted(every.tolist(), key=lambda share: abs(np.log(share)))
