"""From the name of a folder to the index of a class."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from models.labelled import shown
from models.zoo.files import IMAGENET_WNIDS
from quant.errors import DataError

IMAGENET = 1000


@cache
def imagenet_wnids() -> dict[str, int]:
    """WordNet id to class index, as ILSVRC-2012 numbers its classes from 0: in sorted order."""
    return {wnid: index for index, wnid in enumerate(IMAGENET_WNIDS.read_text().split())}


def class_indexes(folder: Path, names: Sequence[str], classes: int) -> list[int]:
    """The class index of each sorted folder name.

    WordNet ids, then numbers from 0, then as many folders as there are classes, in order.

    Raises:
        DataError: names of which none of the three holds.
    """
    wnids = imagenet_wnids() if classes == IMAGENET else {}
    if all(name in wnids for name in names):
        return [wnids[name] for name in names]
    if all(name.isascii() and name.isdigit() for name in names):
        highest = max(names, key=int)
        if int(highest) >= classes:
            raise DataError(
                f"{shown(folder)} has a folder {highest!r}, but class indexes run "
                f"from 0 to {classes - 1}"
            )
        return [int(name) for name in names]
    known = sum(name in wnids for name in names)
    if len(names) == classes and not known:
        return list(range(classes))
    raise DataError(_unknown(folder, names, known, classes))


def _unknown(folder: Path, names: Sequence[str], known: int, classes: int) -> str:
    strange = [name for name in names if name not in imagenet_wnids()] if known else list(names)
    listed = ", ".join(repr(shown(name)) for name in strange[:3]) + (
        " …" if len(strange) > 3 else ""
    )
    ids = "WordNet ids such as n01440764, " if classes == IMAGENET else ""
    return (
        f"{shown(folder)} has {len(strange)} folders that name no class: {listed}; "
        f"name them by {ids}class indexes from 0 to {classes - 1}, or have all {classes} in order; "
        "or name a CSV of class_index,file with --data-labels"
    )
