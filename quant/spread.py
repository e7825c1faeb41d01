"""Which points stand for many, where not all can be drawn."""

from __future__ import annotations

import numpy as np

from quant.dominance import Costs, Mask
from quant.points import Indices

STEPS = 64  # of a front, from which distances are taken


def thinned(costs: Costs, indices: Indices, most: int) -> Indices:
    """At most so many of these rows, evenly spread along the first cost; both ends stay."""
    if len(indices) <= most:
        return indices
    ordered = indices[np.argsort(costs[indices, 0], kind="stable")]
    return ordered[np.linspace(0, len(ordered) - 1, most).astype(np.intp)]


def nearest(costs: Costs, front: Mask, among: Mask, most: int) -> Indices:
    """At most so many rows `among` those given, the nearest to the front first.

    The distance is how much a row would have to gain in every cost alike to be on the front, as a
    share of the front's extent. An approximation: of a long front only STEPS rows are compared.
    """
    rest = np.flatnonzero(among)
    if not front.any() or not len(rest):
        return rest[:most]
    extent = np.ptp(costs[front], axis=0)
    shares = costs / np.where(extent > 0, extent, 1.0)
    columns = np.ascontiguousarray(shares[rest].T)
    gap = np.full(len(rest), np.inf)
    with np.errstate(invalid="ignore"):  # rows without a number come last
        for step in shares[thinned(costs, np.flatnonzero(front), STEPS)]:
            short = columns[0] - step[0]
            for column, cost in zip(columns[1:], step[1:], strict=True):
                np.maximum(short, column - cost, out=short)
            np.fmin(gap, short, out=gap)
    near = rest if len(rest) <= most else rest[np.argpartition(gap, most)[:most]]
    return near[np.argsort(gap[np.searchsorted(rest, near)], kind="stable")]
