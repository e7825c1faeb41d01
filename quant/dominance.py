"""Dominance as an order, and what it leaves over: in n log n for two and three costs."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Costs = NDArray[np.float64]  # (points, objectives), less is better
Mask = NDArray[np.bool_]
ROUNDS = 8  # of discarding what one good point dominates, before the sweep
FEW = 1000  # rows that are swept at once


def dominates(one: Sequence[float], other: Sequence[float]) -> bool:
    """Whether costs `one` are nowhere worse than `other` and somewhere better.

    A strict partial order; costs that hold NaN neither dominate nor are dominated.
    """
    pairs = list(zip(one, other, strict=True))
    return all(a <= b for a, b in pairs) and any(a < b for a, b in pairs)


def non_dominated(costs: Costs) -> Mask:
    """Which rows no other row dominates; equal rows stay together, rows with NaN or an infinity
    stay out.

    In lexicographic order a row can only be dominated by an earlier one: a sweep suffices.
    Source: Kung, Luccio, Preparata 1975, J. ACM 22 (4), 469-476.
    """
    found = np.zeros(len(costs), np.bool_)
    columns = np.ascontiguousarray(costs.T)  # numpy is slow along axes of two or three
    left = np.flatnonzero(np.logical_and.reduce(np.isfinite(columns)))
    left = left[_hopeful(columns[:, left])]
    ordered = left[np.lexsort(columns[::-1, left])]
    rows = costs[ordered]
    fresh = np.ones(len(rows), np.bool_)  # the first of each run of equal rows
    fresh[1:] = (rows[1:] != rows[:-1]).any(axis=1)
    kept = _sweep(rows[fresh])
    found[ordered] = kept[np.cumsum(fresh) - 1] if len(rows) else kept
    return found


def _hopeful(columns: Costs) -> NDArray[np.intp]:
    """Without what one point with small costs all round dominates; a pass removes most of many."""
    left = np.arange(columns.shape[1])
    for _ in range(ROUNDS):
        if len(left) < FEW:
            break
        low, high = columns.min(axis=1), columns.max(axis=1)
        weights = 1 / np.where(high > low, high - low, 1.0)
        best = columns[:, (weights @ columns).argmin()]
        # Nowhere better, and not the same everywhere.
        worse = np.logical_and.reduce([c >= one for c, one in zip(columns, best, strict=True)])
        worse &= np.logical_or.reduce([c > one for c, one in zip(columns, best, strict=True)])
        if worse.sum() * 20 < len(left):
            break
        left, columns = left[~worse], columns[:, ~worse]
    return left


def _sweep(rows: Costs) -> Mask:
    """For distinct rows in lexicographic order."""
    if rows.shape[1] == 1:
        return np.asarray(np.arange(len(rows)) == 0)
    if rows.shape[1] == 2:
        kept = np.ones(len(rows), np.bool_)
        kept[1:] = rows[1:, 1] < np.minimum.accumulate(rows[:, 1])[:-1]
        return kept
    if rows.shape[1] == 3:
        return _stairs(rows[:, 1].tolist(), rows[:, 2].tolist())
    return _pairwise(rows)


def _stairs(second: list[float], third: list[float]) -> Mask:
    """Rows in the order of their first cost: `across` rises and `down` falls along the stairs of
    the other two that earlier rows have cut out."""
    across: list[float] = []
    down: list[float] = []  # negated, so that it rises too
    kept = np.zeros(len(second), np.bool_)
    for index, (x, y) in enumerate(zip(second, third, strict=True)):
        step = bisect_right(across, x)
        if step and -down[step - 1] <= y:
            continue
        kept[index] = True
        # Steps behind the new one and not below it are covered by it.
        first = bisect_left(across, x)
        last = max(first, bisect_right(down, -y))
        across[first:last], down[first:last] = [x], [-y]
    return kept


def _pairwise(rows: Costs) -> Mask:
    kept: list[int] = []
    for index, row in enumerate(rows):
        if not any((rows[other] <= row).all() for other in kept):
            kept.append(index)
    return np.isin(np.arange(len(rows)), kept)
