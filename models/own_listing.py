"""Which pictures belong to a network that somebody brought, and which class each shows."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from models.labelled import Labelled, Listing, by_csv, shown
from models.listing import pictures_below
from models.workload import Workload
from quant.errors import DataError

CALIBRATE, SELECT = 200, 100  # at most; of fewer pictures, two fifths and one fifth
FEWEST = 40


def own_listing(
    workload: Workload, folder: Path, labels: Path | None, class_of: Mapping[str, int]
) -> Listing:
    """List them.

    Args:
        workload: of `models.own`.
        folder: whose folders are classes, or any tree of pictures.
        labels: a CSV of class_index,file for such a tree.
        class_of: the class of each folder; empty where nothing tells classes: all get class 0.
    Raises:
        DataError: the folder is gone, or a CSV cannot be understood.
    """
    if not folder.is_dir():
        raise DataError(
            f"the pictures of {workload.name} were in {shown(folder)}, which is gone; put them "
            f"back, or remove {workload.name} and add it again"
        )
    if labels is not None:
        return by_csv(folder, labels, workload.classes)
    files, strange = [], set[str]()
    for path in pictures_below(folder):
        file = path.relative_to(folder).as_posix()
        first, below, _ = file.partition("/")
        if not class_of:
            files.append(Labelled(file, 0))
        elif below and first in class_of:
            files.append(Labelled(file, class_of[first]))
        else:
            strange.add(first)
    skipped = [f"{shown(name)} is no class, and was left out" for name in sorted(strange)]
    return Listing(folder, tuple(files), tuple(skipped))


def shares(count: int) -> tuple[int, int]:
    """How many of so many pictures calibrate and select; the rest is reported on.

    Raises:
        ValueError: fewer than FEWEST.
    """
    if count < FEWEST:
        raise ValueError(count)
    return min(CALIBRATE, 2 * count // 5), min(SELECT, count // 5)
