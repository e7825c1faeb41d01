"""Picture files with their class, and those that a CSV lists."""

from __future__ import annotations

import csv
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from quant.errors import DataError

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


def shown(name: str | Path) -> str:
    """A file name fit for one line of text: control and undecodable characters become `?`."""
    return "".join(letter if letter.isprintable() else "?" for letter in str(name))


def by_csv(folder: Path, labels: Path, classes: int) -> Listing:
    """The files that a CSV with at least the columns `class_index,file` lists.

    Raises:
        DataError: a CSV that cannot be understood, or a path outside the folder.
    """
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
