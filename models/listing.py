"""Which picture files there are and which class each belongs to; nothing is opened but the CSV."""

from __future__ import annotations

import csv
import os
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from models.classes import class_indexes
from quant.errors import DataError

SUFFIXES = frozenset(".jpg .jpeg .png .bmp .gif .webp .tif .tiff .ppm .pgm .jp2".split())
COLUMNS = ("class_index", "file")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A picture file, relative to its data folder with forward slashes, and its class index."""

    file: str
    label: int


@dataclass(frozen=True, slots=True)
class Listing:
    """Labelled files in a fixed order, and sentences on those that were left out."""

    folder: Path
    files: tuple[Labelled, ...]
    skipped: tuple[str, ...] = ()


def listing(folder: Path, labels: Path | None, classes: int) -> Listing:
    """List the labelled pictures of a folder.

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
        return _by_csv(folder, labels, classes) if labels else _by_folder(folder, classes)
    except OSError as exc:
        raise DataError(f"{shown(folder)} cannot be read: {exc.strerror}") from exc


def shown(name: str | Path) -> str:
    """A file name fit for one line of text: control and undecodable characters become `?`."""
    return "".join(letter if letter.isprintable() else "?" for letter in str(name))


def _by_folder(folder: Path, classes: int) -> Listing:
    entries = sorted(entry for entry in folder.iterdir() if not _hidden(entry.name))
    folders = [entry for entry in entries if entry.is_dir()]
    loose = [entry for entry in entries if _is_picture(entry)]
    if not folders and loose:
        raise DataError(
            f"{shown(folder)} holds {len(loose)} pictures without labels; put them in one folder "
            f"a class, or name a CSV of {','.join(COLUMNS)} with --data-labels"
        )
    if not folders:
        raise DataError(f"{shown(folder)} is empty; it must hold one folder of pictures a class")
    indexes = class_indexes(folder, [entry.name for entry in folders], classes)
    files = [
        Labelled(path.relative_to(folder).as_posix(), index)
        for entry, index in zip(folders, indexes, strict=True)
        for path in _pictures_below(entry)
    ]
    if not files:
        raise DataError(f"the {len(folders)} folders in {shown(folder)} hold no pictures")
    return Listing(
        folder,
        tuple(files),
        tuple(f"{shown(path.name)} is in no class folder, and was left out" for path in loose),
    )


def _pictures_below(folder: Path) -> Iterator[Path]:
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


def _hidden(name: str) -> bool:
    return name.startswith(".") or name == "__MACOSX"


def _by_csv(folder: Path, labels: Path, classes: int) -> Listing:
    files: dict[str, int] = {}
    skipped = []
    for line, row in _rows(labels):
        index = _class_index(labels, line, row["class_index"], classes)
        file = _inside(labels, line, row["file"])
        if file in files:
            skipped.append(f"{shown(file)} is listed again on line {line}, which was left out")
        elif not Path(folder, file).is_file():
            skipped.append(f"{shown(file)} does not exist, and was left out")
        else:
            files[file] = index
    return Listing(
        folder,
        tuple(Labelled(file, index) for file, index in sorted(files.items())),
        tuple(skipped),
    )


def _rows(labels: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and the two columns of each row; DataError where they are not there."""
    try:
        with labels.open(newline="", encoding="utf-8-sig") as stream:
            reader = csv.DictReader(stream)
            if not set(COLUMNS) <= set(reader.fieldnames or ()):
                first = shown(",".join(reader.fieldnames or ()))[:80]
                raise DataError(
                    f"{shown(labels)} must begin with a header that has the columns "
                    f"{','.join(COLUMNS)}; it begins with {first!r}"
                )
            for row in reader:
                yield reader.line_num, {column: row[column] or "" for column in COLUMNS}
    except OSError as exc:
        raise DataError(f"{shown(labels)} cannot be read: {exc.strerror}") from exc
    except (csv.Error, UnicodeError) as exc:
        raise DataError(f"{shown(labels)} is not a CSV in UTF-8: {exc}") from exc


def _class_index(labels: Path, line: int, text: str, classes: int) -> int:
    text = text.strip()
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) < classes):
        raise DataError(
            f"{shown(labels)}, line {line}: class_index must be a whole number from 0 to "
            f"{classes - 1}; got {shown(text)[:40]!r}"
        )
    return int(text)


def _inside(labels: Path, line: int, file: str) -> str:
    """The path with `.` and `..` resolved by their text alone; one that leaves is refused."""
    path = posixpath.normpath(file.strip())
    if not file.strip() or path.startswith(("/", "../")) or path in (".", "..") or "\0" in path:
        raise DataError(
            f"{shown(labels)}, line {line}: file must be a path inside the data folder; "
            f"got {shown(file)[:80]!r}"
        )
    return path
