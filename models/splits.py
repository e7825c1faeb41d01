"""Labelled pictures of one purpose, and that no picture serves two."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from quant.errors import DataError

Floats = NDArray[np.float32]
Labels = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Split:
    """Labelled pictures of one purpose.

    `pictures` are (n, channels, height, width) uint8; `mean` and `std` are those of the workload,
    for pixels as fractions of 1. `contents` holds a hash of each picture.
    """

    name: str
    labels: Labels
    pictures: NDArray[np.uint8]
    contents: tuple[str, ...]
    mean: tuple[float, ...]
    std: tuple[float, ...]

    def __len__(self) -> int:
        return len(self.labels)

    def batches(self, size: int, limit: int | None = None) -> Iterator[tuple[Floats, Labels]]:
        """Normalised pictures (b, channels, height, width) and labels (b,), in a fixed order.

        `limit` stops after that many pictures.
        """
        end = len(self) if limit is None else min(limit, len(self))
        for start in range(0, end, size):
            rows = slice(start, min(start + size, end))
            yield self._normalised(self.pictures[rows]), self.labels[rows]

    def take(self, index: Sequence[int] | NDArray[np.integer]) -> Floats:
        """Normalised pictures at those positions, (len(index), channels, height, width)."""
        return self._normalised(self.pictures[np.asarray(index, np.int64)])

    def _normalised(self, pictures: NDArray[np.uint8]) -> Floats:
        scale = 1 / (255 * np.array(self.std))
        shift = np.array(self.mean) / np.array(self.std)
        result = pictures.astype(np.float32)
        result *= scale.astype(np.float32)[:, None, None]
        result -= shift.astype(np.float32)[:, None, None]
        return result


def refuse_overlap(contents: Mapping[str, Sequence[str]]) -> None:
    """DataError when a picture, known by its hash, is in two splits."""
    for one, other in combinations(contents, 2):
        if shared := set(contents[one]) & set(contents[other]):
            raise DataError(
                f"{len(shared)} pictures are in both the {one} and the {other} split; "
                "a picture may serve one purpose only"
            )
