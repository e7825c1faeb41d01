"""Labelled pictures in three disjoint splits: to calibrate, to select, to report."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache as cached
from pathlib import Path

import numpy as np

from models import imagenette, own
from models.imagefolder import decoded, decoded_of
from models.labelled import shown
from models.own_listing import FEWEST as FEWEST_OWN
from models.own_listing import own_listing, shares
from models.picture_cache import Facts, Pixels
from models.pictures import scaling
from models.report_index import remember
from models.splits import Split, refuse_overlap
from models.workload import Workload
from models.zoo.files import FASHION_MNIST
from quant.errors import DataError

CALIBRATE, SELECT = 200, 100  # of a folder of pictures; the rest is reported on
# As models/zoo/pack_fashion.py drew them.
SHIPPED_ORIGIN = (
    "Fashion-MNIST: its test set to report on; to calibrate and to select, pictures of its "
    "training set that occur only once and that the network was not trained on"
)
FEWEST = CALIBRATE + SELECT + 1


@dataclass(frozen=True, eq=False)
class Dataset:
    """The three splits. `fingerprint` is the SHA-256 of contents, labels, splits and scaling;
    `skipped` are sentences on the files that were left out, `origin` says where the splits come
    from."""

    title: str
    calibrate: Split
    select: Split
    report: Split
    fingerprint: str
    skipped: tuple[str, ...] = ()
    origin: str = ""

    @property
    def data_id(self) -> str:
        """The beginning of the fingerprint, which measurements carry."""
        return self.fingerprint[:12]


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
    if workload.name.startswith(own.PREFIX):
        if data is not None or labels is not None:
            raise DataError(f"{workload.name} was added with its pictures; leave --data out")
        known, place = own.facts(workload.name), own.place(workload.name)
        return own_dataset(workload, place.folder, place.labels, known.class_of, cache)
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
    called = "Imagenette" if imagenette.is_it(data) else shown(data.resolve().name)
    title = f"{count:,} pictures of {called}"
    source = imagenette.ORIGIN if imagenette.is_it(data) else f"the folder {called}"
    origin = (
        f"{source}, each picture once, in the order of their "
        f"contents' hash: {CALIBRATE} to calibrate, {SELECT} to select, the rest to report on"
    )
    return _parted(workload, pictures, facts, (CALIBRATE, SELECT), title, origin, cache)


def own_dataset(
    workload: Workload,
    folder: Path,
    labels: Path | None,
    class_of: Mapping[str, int],
    cache: Path | None = None,
) -> Dataset:
    """The pictures of a network that somebody brought; see `models.own_listing` for the arguments.

    Raises:
        DataError: they are gone or too few.
        StoreError: the cache is full or cannot be written.
    """
    found = own_listing(workload, folder, labels, class_of)
    pictures, facts = decoded_of(workload, found, cache)
    count = len(facts.labels)
    if count < FEWEST_OWN:
        raise DataError(_too_few_own(folder, count, facts.skipped))
    parts = shares(count)
    title = f"{count:,} pictures of {workload.dataset}"
    origin = (
        f"the pictures of {workload.name}, each once, in the order of their contents' hash: "
        f"{parts[0]} to calibrate, {parts[1]} to select, the rest to report on"
    )
    return _parted(workload, pictures, facts, parts, title, origin, cache)


def _parted(
    workload: Workload,
    pictures: Pixels,
    facts: Facts,
    parts: tuple[int, int],
    title: str,
    origin: str,
    cache: Path | None,
) -> Dataset:
    """The splits, `parts` of which calibrate and select."""
    calibrate, select = parts
    bounds = {
        "calibrate": slice(0, calibrate),
        "select": slice(calibrate, calibrate + select),
        "report": slice(calibrate + select, len(facts.labels)),
    }
    all_labels = np.array(facts.labels, np.int64)
    splits = {
        name: Split(
            name, all_labels[rows], pictures[rows], facts.digests[rows], workload.mean, workload.std
        )
        for name, rows in bounds.items()
    }
    whole = _whole(title, splits, workload, facts.skipped, origin)
    if cache is not None:
        first = bounds["report"].start
        remember(cache, whole.data_id, facts, workload.input_shape, first)
    return whole


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
    return _whole(workload.dataset, splits, workload, (), SHIPPED_ORIGIN)


def _whole(
    title: str,
    splits: Mapping[str, Split],
    workload: Workload,
    skipped: tuple[str, ...],
    origin: str,
) -> Dataset:
    refuse_overlap({name: split.contents for name, split in splits.items()})
    fingerprint = _fingerprint(splits, workload)
    return Dataset(title, **splits, fingerprint=fingerprint, skipped=skipped, origin=origin)


def _fingerprint(splits: Mapping[str, Split], workload: Workload) -> str:
    shape, *rest = scaling(workload)
    normalised = (shape, workload.mean, workload.std, *rest)
    whole = hashlib.sha256(repr(normalised).encode())
    for name, split in splits.items():
        whole.update(repr((name, split.contents, split.labels.tolist())).encode())
    return whole.hexdigest()


def _too_few(data: Path, count: int, skipped: tuple[str, ...]) -> str:
    return (
        f"{shown(data)} holds {count} usable pictures{_left_out(skipped)}; at least {FEWEST} "
        f"are needed, {CALIBRATE} to calibrate, {SELECT} to select and the rest to report on"
    )


def _too_few_own(folder: Path, count: int, skipped: tuple[str, ...]) -> str:
    return (
        f"{shown(folder.name)} holds {count} usable pictures{_left_out(skipped)}; at least "
        f"{FEWEST_OWN} are needed, to calibrate, to select and to report on"
    )


def _left_out(skipped: tuple[str, ...]) -> str:
    more = " …" if len(skipped) > 1 else ""
    return f" ({len(skipped):,} left out: {skipped[0]}{more})" if skipped else ""


__all__ = ["CALIBRATE", "FEWEST", "SELECT", "Dataset", "Split", "dataset", "refuse_overlap"]
