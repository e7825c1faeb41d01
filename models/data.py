"""Labelled pictures in three disjoint splits: to calibrate, to select, to report."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache as cached
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.imagefolder import decoded
from models.listing import shown
from models.workload import Workload
from models.zoo.files import FASHION_MNIST
from quant.errors import DataError

CALIBRATE, SELECT = 200, 100  # of a folder of pictures; the rest is reported on
FEWEST = CALIBRATE + SELECT + 1

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


@dataclass(frozen=True, eq=False)
class Dataset:
    """The three splits. `fingerprint` is the SHA-256 of contents, labels, splits and scaling;
    `skipped` are sentences on the files that were left out."""

    title: str
    calibrate: Split
    select: Split
    report: Split
    fingerprint: str
    skipped: tuple[str, ...] = ()


def dataset(
    workload: Workload,
    data: Path | None = None,
    labels: Path | None = None,
    cache: Path | None = None,
) -> Dataset:
    """The pictures of a workload.

    Args:
        workload: what to load for.
        data: a folder of labelled pictures, for a workload that does not ship with its own.
        labels: a CSV of class_index,file for a folder without class folders.
        cache: where decoded pictures are kept; None keeps them in memory.
    Raises:
        DataError: pictures or labels are missing, too few, or unreadable.
        StoreError: the cache is full or cannot be written.
    """
    if workload.embedded:
        if data is not None or labels is not None:
            raise DataError(f"{workload.name} ships with its pictures; leave --data out")
        return _shipped(workload)
    if data is None:
        raise DataError(f"{workload.name} needs {workload.needs_data}")
    pictures, facts = decoded(workload, data, labels, cache)
    count = len(facts.labels)
    if count < FEWEST:
        raise DataError(_too_few(data, count, facts.skipped))
    bounds = {
        "calibrate": slice(0, CALIBRATE),
        "select": slice(CALIBRATE, CALIBRATE + SELECT),
        "report": slice(CALIBRATE + SELECT, count),
    }
    all_labels = np.array(facts.labels, np.int64)
    splits = {
        name: Split(
            name, all_labels[rows], pictures[rows], facts.digests[rows], workload.mean, workload.std
        )
        for name, rows in bounds.items()
    }
    title = f"{count:,} pictures of {shown(data.resolve().name)}"
    return _whole(title, splits, workload, facts.skipped)


@cached
def _shipped(workload: Workload) -> Dataset:
    with np.load(FASHION_MNIST) as file:
        arrays = {name: file[name] for name in file.files}
    splits = {}
    for name in ("calibrate", "select", "report"):
        pictures = arrays[f"{name}_pictures"].reshape(-1, *workload.input_shape)
        contents = tuple(hashlib.sha256(picture.tobytes()).hexdigest() for picture in pictures)
        labels = arrays[f"{name}_labels"].astype(np.int64)
        splits[name] = Split(name, labels, pictures, contents, workload.mean, workload.std)
    return _whole(workload.dataset, splits, workload, ())


def _whole(
    title: str, splits: Mapping[str, Split], workload: Workload, skipped: tuple[str, ...]
) -> Dataset:
    refuse_overlap({name: split.contents for name, split in splits.items()})
    return Dataset(title, **splits, fingerprint=_fingerprint(splits, workload), skipped=skipped)


def refuse_overlap(contents: Mapping[str, Sequence[str]]) -> None:
    """DataError when a picture, known by its hash, is in two splits."""
    for one, other in combinations(contents, 2):
        if shared := set(contents[one]) & set(contents[other]):
            raise DataError(
                f"{len(shared)} pictures are in both the {one} and the {other} split; "
                "a picture may serve one purpose only"
            )


def _fingerprint(splits: Mapping[str, Split], workload: Workload) -> str:
    scaling = (workload.input_shape, workload.mean, workload.std, workload.crop_fraction)
    whole = hashlib.sha256(repr(scaling).encode())
    for name, split in splits.items():
        whole.update(repr((name, split.contents, split.labels.tolist())).encode())
    return whole.hexdigest()


def _too_few(data: Path, count: int, skipped: tuple[str, ...]) -> str:
    why = f" ({len(skipped):,} left out: {skipped[0]}{' …' if len(skipped) > 1 else ''})"
    return (
        f"{shown(data)} holds {count} usable pictures{why if skipped else ''}; at least {FEWEST} "
        f"are needed, {CALIBRATE} to calibrate, {SELECT} to select and the rest to report on"
    )
