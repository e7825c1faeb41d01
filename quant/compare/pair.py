"""What changed from one point to another, picture by picture."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from quant.compare.sides import NOT_KEPT, Side
from quant.errors import DataError
from quant.metric import is_agreement
from quant.samples import Floats, Integers, Samples
from quant.stats import Paired, paired

Mask = NDArray[np.bool_]
Rows = NDArray[np.intp]

LOST, GAINED, OTHER = "became wrong", "became right", "wrong both times"
DIRECTIONS = (LOST, GAINED, OTHER)
AGREEING = {
    LOST: "no longer say what FP32 says",
    GAINED: "say what FP32 says again",
    OTHER: "differ from FP32 both times",
}


@dataclass(frozen=True, eq=False)
class Pair:
    """Answers of two points to the same n pictures: predictions, confidences and truth, (n,)."""

    first: Side
    second: Side
    before: Integers
    after: Integers
    sure_before: Floats
    sure_after: Floats
    labels: Integers

    def __len__(self) -> int:
        return len(self.labels)

    def spoken(self, direction: str) -> str:
        """A direction in words: of agreement with FP32 where there are no true labels."""
        return AGREEING[direction] if is_agreement(self.first.point) else direction

    @cached_property
    def accuracy(self) -> Paired:
        """Which pictures either has right, tested."""
        return paired(self.before == self.labels, self.after == self.labels)

    @cached_property
    def changed(self) -> Mask:
        return np.asarray(self.before != self.after)

    def which(self, direction: str) -> Mask:
        """The pictures that changed so; LOST is right before and wrong after."""
        was, is_right = self.before == self.labels, self.after == self.labels
        if direction == LOST:
            return np.asarray(was & ~is_right)
        if direction == GAINED:
            return np.asarray(~was & is_right)
        return np.asarray(self.changed & ~was & ~is_right)

    def flips(self, directions: Collection[str] = (), classes: Collection[int] = ()) -> Rows:
        """Pictures with another answer, those first of which the second is surest; nothing picked
        lets all through. `classes` are true ones."""
        found = self.changed
        if directions:
            found = np.logical_or.reduce([self.which(one) for one in directions])
        if classes:
            found = found & np.isin(self.labels, list(classes))
        rows = np.flatnonzero(found)
        order = np.lexsort((rows, -self.sure_before[rows], -self.sure_after[rows]))
        return rows[order]


def pair(first: Side, second: Side) -> Pair:
    """Two points on the pictures that both were measured on.

    Raises:
        DataError: they share none, or what they said of each was not kept.
    """
    one, other = _samples(first), _samples(second)
    ids = first.point.data_id, second.point.data_id
    if ids[0] != ids[1] or not ids[0]:
        raise DataError(
            f"{first.letter} and {second.letter} were measured on different pictures "
            f"({first.point.data}; {second.point.data}), so no picture can be followed from one "
            "to the other; compare points of one data set"
        )
    whose = {(side.point.metric, side.point.workload) for side in (first, second)}
    if len(whose) > 1 and any(is_agreement(side.point) for side in (first, second)):
        raise DataError(
            f"{first.letter} and {second.letter} are not measured by the same answers: without "
            "true labels a file is held against its own FP32; compare points of one network"
        )
    # The first n report pictures are the same whatever n is.
    n = min(len(one), len(other))
    labels = one.labels if one.labels is not None else other.labels
    if labels is None:
        raise DataError(f"the true classes are not known: {first.letter} and {NOT_KEPT}")
    return Pair(
        first,
        second,
        one.predictions[:n],
        other.predictions[:n],
        one.confidence[:n],
        other.confidence[:n],
        labels[:n],
    )


def _samples(side: Side) -> Samples:
    if side.samples is None:
        raise DataError(f"{side.name} cannot be followed picture by picture: {side.why_not}")
    return side.samples
