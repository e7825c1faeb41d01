"""What a folder or zip of pictures holds: classes, counts, and a few pictures to look at."""

from __future__ import annotations

import csv
import os
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from models.labelled import shown
from models.listing import SUFFIXES
from quant.add.bounds import MOST_FILES
from quant.add.zipped import unpack
from quant.errors import DataError

SPLITS = {"train", "training", "val", "valid", "validation", "test", "testing"}
MOST_LEVELS = 8
LOOKED_AT = 24  # pictures whose size and colours are looked at
FEWEST = 40
MOST_ENTRIES = 2 * MOST_FILES  # files of any kind and folders


@dataclass(frozen=True, slots=True)
class Found:
    """`root` is the folder whose folders are classes; `counts` are pictures by folder, in sorted
    order, empty where nothing tells a class. `table` is a CSV in it that does, or "". `side` is the
    commonest (width, height), `grey` the share of pictures without colours."""

    root: str
    counts: dict[str, int]
    total: int
    table: str = ""
    side: tuple[int, int] = (0, 0)
    grey: float = 0.0
    told: tuple[str, ...] = ()


def look(data: str, unpacked: str, most_bytes: int, table: str = "") -> dict[str, Any]:
    """Look at pictures; those of a zip are unpacked first.

    Args:
        data: a folder or a zip.
        unpacked: where a zip goes.
        most_bytes: what may be unpacked.
        table: a CSV of labels, where there is one apart.
    Raises:
        DataError: there are no pictures, too few or too many, or classes that cannot be told apart.
    """
    path = Path(data)
    told: list[str] = []
    if not path.is_dir():
        if path.suffix.lower() != ".zip":
            raise DataError(
                f"{shown(path)} is no folder and no .zip; give a folder of pictures or a zip of one"
            )
        told += unpack(path, Path(unpacked), most_bytes)
        path = Path(unpacked)
    found = _looked(path, shown(Path(data).name), table, told)
    return asdict(found)


def _looked(path: Path, name: str, table: str, told: list[str]) -> Found:
    root, folders, loose = _root(path, name)
    files = sorted(_pictures(root, name))
    inside = "" if table else _table(root)
    if folders and not table and not inside:
        inside_folders = [one for one in files if "/" in one]
        counts = Counter(one.split("/")[0] for one in inside_folders)
        if loose:
            told.append(f"{len(loose):,} pictures are in no class folder, and were left out.")
        if empty := [one for one in folders if one not in counts]:
            shown_few = ", ".join(shown(one) for one in empty[:3])
            told.append(f"{len(empty):,} folders hold no pictures ({shown_few}).")
        _distinct(name, counts)
        files = inside_folders
    else:
        counts = Counter()
    if len(files) < FEWEST:
        raise DataError(
            f"{name} holds {len(files):,} pictures; at least {FEWEST} are needed, to set ranges, "
            "to choose and to report on, and some hundreds tell more"
        )
    side, grey = _sample(root, files, name)
    by_class = {one: counts[one] for one in sorted(counts)}
    return Found(str(root), by_class, len(files), inside, side, grey, tuple(told))


def _root(path: Path, name: str) -> tuple[Path, list[str], list[str]]:
    """The folder whose folders are classes: a zip often has one more around them."""
    for _ in range(MOST_LEVELS):
        folders, loose, tables = [], [], []
        for entry in _entries(path, name):
            if entry.is_dir():
                folders.append(entry.name)
            elif Path(entry.name).suffix.lower() in SUFFIXES:
                loose.append(entry.name)
            elif entry.name.lower().endswith(".csv"):
                tables.append(entry.name)
        if {one.lower() for one in folders} and {one.lower() for one in folders} <= SPLITS:
            if len(folders) > 1:
                raise DataError(
                    f"{name} holds {', '.join(sorted(map(shown, folders)))}; give the one with "
                    "pictures that the network was not trained on"
                )
        elif len(folders) != 1 or loose or tables:
            return path, sorted(folders), loose
        inner = path / folders[0]
        if not any(entry.is_dir() for entry in _entries(inner, name)):
            # One folder of pictures alone: no classes to tell apart.
            return inner, [], [one.name for one in _entries(inner, name)]
        path = inner
    raise DataError(f"{name} holds folders in folders and no pictures; give the folder of classes")


def _entries(folder: Path, name: str) -> list[os.DirEntry[str]]:
    found = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.startswith(".") or entry.name == "__MACOSX":
                    continue
                found.append(entry)
                if len(found) > MOST_ENTRIES:
                    raise _too_many(name)
    except OSError as exc:
        raise DataError(f"{name} cannot be read ({exc.strerror}); check the path") from exc
    return found


def _pictures(root: Path, name: str) -> Iterator[str]:
    """Picture files below a folder, relative to it; links to folders are not followed."""
    seen = pictures = 0
    for parent, folders, names in os.walk(root):
        folders[:] = [one for one in folders if not one.startswith(".") and one != "__MACOSX"]
        seen += len(names) + len(folders)
        if seen > MOST_ENTRIES:
            raise _too_many(name)
        for one in names:
            if Path(one).suffix.lower() in SUFFIXES and not one.startswith("."):
                pictures += 1
                if pictures > MOST_FILES:
                    raise _too_many(name)
                yield Path(parent, one).relative_to(root).as_posix()


def _too_many(name: str) -> DataError:
    return DataError(
        f"{name} holds more than {MOST_FILES:,} files; give fewer pictures, some thousands are "
        "enough"
    )


def _distinct(name: str, counts: Counter[str]) -> None:
    """Classes whose names differ only in case or in how letters are encoded are one by mistake."""
    seen: dict[str, str] = {}
    for one in sorted(counts):
        if any(not letter.isprintable() for letter in one):
            raise DataError(
                f"{name} has a class folder {shown(one)[:60]!r}, whose name has control or "
                "undecodable characters; rename it"
            )
        key = unicodedata.normalize("NFKC", one).casefold().strip()
        if (other := seen.setdefault(key, one)) != one:
            raise DataError(
                f"{name} has two folders for one class, {other[:60]!r} and {one[:60]!r}; put their "
                "pictures into one"
            )


def _table(root: Path) -> str:
    """The one CSV beside the pictures that lists their classes, or ""."""
    found = [path for path in sorted(root.glob("*.csv")) if path.is_file()]
    for path in found[:5]:
        try:
            with path.open(newline="", encoding="utf-8-sig") as stream:
                header = next(csv.reader(stream), [])
        except (OSError, UnicodeError, csv.Error):
            continue
        if {"class_index", "file"} <= set(header):
            return path.name
    return ""


def _sample(root: Path, files: list[str], name: str) -> tuple[tuple[int, int], float]:
    """The commonest size and the share of grey ones, of some pictures spread over all."""
    step = max(1, len(files) // LOOKED_AT)
    sizes: Counter[tuple[int, int]] = Counter()
    grey = looked = 0
    for one in files[::step][:LOOKED_AT]:
        try:
            with Image.open(root / one) as picture:
                sizes[picture.size] += 1
                grey += picture.mode in ("L", "1", "I", "I;16", "F")
                looked += 1
        except Exception:  # a damaged file makes Pillow raise almost anything
            continue
    if not looked:
        raise DataError(f"the files in {name} are no pictures that can be read")
    return sizes.most_common(1)[0][0], grey / looked
