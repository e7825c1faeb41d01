"""The knee of a front: where it bends most."""

from __future__ import annotations

from collections.abc import Sequence

LEAST = 0.1  # of the front's own extent: a flatter front has no knee


def knee(spots: Sequence[tuple[float, float]]) -> int | None:
    """The place of the spot farthest from the straight line between the ends, or None.

    Both coordinates are scaled to the front's own extent, so that units do not matter; spots
    that bulge to the bad side of the line do not count.

    Args:
        spots: (x, y) as costs, where less is better, in any order; scaled as they are drawn.
    Source: Das 1999, Structural Optimization 18, 107-115: the knee lies where the distance to
        the line of the individual optima is greatest.
    """
    if len(spots) < 3:
        return None
    left, right = min(x for x, _ in spots), max(x for x, _ in spots)
    low, high = min(y for _, y in spots), max(y for _, y in spots)
    if left == right or low == high:
        return None
    # The ends become (0, 1) and (1, 0): below the line, x + y is less than one.
    gains = [1 - (x - left) / (right - left) - (y - low) / (high - low) for x, y in spots]
    best = max(range(len(spots)), key=gains.__getitem__)
    return best if gains[best] >= LEAST else None
