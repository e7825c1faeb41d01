"""Which picture files there are and which class each belongs to; none is opened."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from models.classes import class_indexes
from models.labelled import Labelled, Listing, by_csv, shown
from quant.errors import DataError

SUFFIXES = frozenset(".jpg .jpeg .png .bmp .gif .webp .tif .tiff .ppm .pgm .jp2".split())


def listing(folder: Path, labels: Path | None, classes: int, *, labelled: bool = True) -> Listing:
    """List the labelled pictures of a folder; where labels mean nothing, any pictures below it.

    Args:
        folder: one folder a class, or any tree of pictures when `labels` is given.
        labels: a CSV with at least the columns `class_index,file`; None reads folder names.
        classes: class indexes run from 0 to classes - 1.
    Raises:
        DataError: no such folder, no labels, no pictures, or a CSV that cannot be understood.
    """
    if not folder.exists():
        raise DataError(f"there is no folder {shown(folder)}; give one that holds pictures")
    if not folder.is_dir():
        raise DataError(f"{shown(folder)} is a file; give the folder that holds the pictures")
    try:
        if labels:
            return by_csv(folder, labels, classes)
        return _by_folder(folder, classes) if labelled else _any_below(folder)
    except OSError as exc:
        raise DataError(f"{shown(folder)} cannot be read: {exc.strerror}") from exc


def _by_folder(folder: Path, classes: int) -> Listing:
    entries = sorted(entry for entry in folder.iterdir() if not _hidden(entry.name))
    folders = [entry for entry in entries if entry.is_dir()]
    loose = [entry for entry in entries if _is_picture(entry)]
    if not folders and loose:
        raise DataError(
            f"{shown(folder)} holds {len(loose)} pictures without labels; put them in one folder "
            "a class, or name a CSV of class_index,file with --data-labels"
        )
    if not folders:
        raise DataError(f"{shown(folder)} is empty; it must hold one folder of pictures a class")
    indexes = class_indexes(folder, [entry.name for entry in folders], classes)
    files = [
        Labelled(path.relative_to(folder).as_posix(), index)
        for entry, index in zip(folders, indexes, strict=True)
        for path in pictures_below(entry)
    ]
    if not files:
        raise DataError(f"the {len(folders)} folders in {shown(folder)} hold no pictures")
    return Listing(
        folder,
        tuple(files),
        tuple(f"{shown(path.name)} is in no class folder, and was left out" for path in loose),
    )


def pictures_below(folder: Path) -> Iterator[Path]:
    """Every picture file, in order; links to folders are not followed, so a loop cannot hang."""
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not _hidden(name))
        for name in sorted(names):
            path = Path(parent, name)
            if not _hidden(name) and _is_picture(path):
                yield path


def _is_picture(path: Path) -> bool:
    # a link that leads nowhere counts: opening it names it among the broken ones
    return path.suffix.lower() in SUFFIXES and (path.is_file() or path.is_symlink())


def _any_below(folder: Path) -> Listing:
    """All pictures, as of one class."""
    files = [Labelled(path.relative_to(folder).as_posix(), 0) for path in pictures_below(folder)]
    if not files:
        raise DataError(f"{shown(folder)} holds no pictures; name a folder that does")
    return Listing(folder, tuple(files))


def _hidden(name: str) -> bool:
    return name.startswith(".") or name == "__MACOSX"
