"""The knee of a front: where it bends most."""

from __future__ import annotations

from collections.abc import Sequence

LEAST = 0.1  # of the front's own extent: a flatter front has no knee


def knee(
    spots: Sequence[tuple[float, float]], beside: Sequence[tuple[float, float]] = ()
) -> int | None:
    """The place of the spot farthest from the straight line between the ends, or None.

    Both coordinates are scaled to the extent of all spots, so that units do not matter; what
    bulges to the bad side of the line is no knee.

    Args:
        spots: (x, y) of the front as costs, where less is better, in any order, as drawn.
        beside: spots that count for the extent alone. With the baseline among them, a front that
            ends well before it has its knee where buying more buys nothing.
    Source: Das 1999, Structural Optimization 18, 107-115: the knee lies where the distance to
        the line of the individual optima is greatest.
    """
    across, up = zip(*spots, *beside, strict=True) if spots else ((), ())
    if len(spots) < 3 or min(across) == max(across) or min(up) == max(up):
        return None
    # The ends become (0, 1) and (1, 0): below their line, x + y is less than one.
    gains = [1 - _share(x, across) - _share(y, up) for x, y in spots]
    best = max(range(len(spots)), key=gains.__getitem__)
    return best if gains[best] >= LEAST else None


def _share(value: float, values: Sequence[float]) -> float:
    return (value - min(values)) / (max(values) - min(values))
