"""By class: accuracy, signal to noise, and what is taken for what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import NDArray

from quant.compare.pair import Pair
from quant.compare.sides import Side
from quant.samples import Integers, Samples


@dataclass(frozen=True, slots=True)
class OfClass:
    """One class in all points: pictures of it, shares of 1 and dB, NaN where not known."""

    index: int
    name: str
    n: int
    accuracy: tuple[float, ...]
    sqnr_db: tuple[float, ...]

    @property
    def spread(self) -> float:
        """Between the best and the worst point, in shares of 1."""
        known = [value for value in self.accuracy if value == value]
        return max(known) - min(known) if known else 0.0


@dataclass(frozen=True, slots=True)
class Confusion:
    """Pictures of one class that are taken for another, before and after."""

    truth: str
    taken_for: str
    before: int
    after: int

    @property
    def more(self) -> int:
        return self.after - self.before


def by_class(sides: Sequence[Side], names: Sequence[str]) -> tuple[OfClass, ...]:
    """A row for each class that has pictures, in the order of classes."""
    columns = [_accuracy(side.samples, len(names)) for side in sides]
    noise = [_sqnr(side.samples, len(names)) for side in sides]
    counts = np.max([count for _, count in columns], axis=0)
    return tuple(
        OfClass(
            index,
            names[index],
            int(counts[index]),
            tuple(float(values[index]) for values, _ in columns),
            tuple(float(values[index]) for values in noise),
        )
        for index in np.flatnonzero(counts).tolist()
    )


def confusions(found: Pair, names: Sequence[str], most: int = 10) -> tuple[Confusion, ...]:
    """What is taken for what more often or less often after than before, the largest change first.

    Classes that are told rightly are no confusion.
    """
    codes = len(names)
    before, after = _codes(found, codes)
    pairs, counts = np.unique(np.concatenate([before, after]), return_counts=True)
    first, second = _count(before, pairs), _count(after, pairs)
    wrong = (pairs // codes) != (pairs % codes)
    moved = wrong & (first != second)
    order = np.lexsort((-counts[moved], -np.abs(second - first)[moved]))[:most]
    return tuple(
        Confusion(names[code // codes], names[code % codes], int(one), int(other))
        for code, one, other in zip(
            pairs[moved][order], first[moved][order], second[moved][order], strict=True
        )
    )


def confusion_change(found: Pair, classes: int) -> NDArray[np.int64]:
    """(classes, classes): pictures of a row's class taken for a column's, after less before."""
    before, after = (
        np.bincount(codes, minlength=classes * classes) for codes in _codes(found, classes)
    )
    return np.asarray((after - before).reshape(classes, classes), np.int64)


def _codes(found: Pair, classes: int) -> tuple[Integers, Integers]:
    """One number for each truth and answer, before and after; a foreign store may name classes
    that there are not."""
    known = (found.labels < classes) & (found.before < classes) & (found.after < classes)
    truth = found.labels[known] * classes
    return truth + found.before[known], truth + found.after[known]


def _accuracy(
    samples: Samples | None, classes: int
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    if samples is None or samples.labels is None:
        return np.full(classes, nan), np.zeros(classes, np.intp)
    counts = np.bincount(samples.labels, minlength=classes)[:classes]
    right = samples.labels[samples.labels == samples.predictions]
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.bincount(right, minlength=classes)[:classes] / counts, counts


def _sqnr(samples: Samples | None, classes: int) -> NDArray[np.float64]:
    found = None if samples is None else samples.sqnr_db
    if found is None or len(found) < classes:
        return np.full(classes, nan)
    return found[:classes]


def _count(codes: NDArray[np.int64], pairs: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.bincount(np.searchsorted(pairs, codes), minlength=len(pairs))
