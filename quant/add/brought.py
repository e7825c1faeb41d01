"""What is uploaded, written to a folder of its own; what is typed, found."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Protocol, cast

from models.labelled import shown
from quant.disk import writing
from quant.errors import DataError, ModelError
from quant.typed import typed

BROUGHT, ZIP = "brought", "pictures.zip"
WEIGHTS = ".data"
MOST_NAME = 100  # characters


class Upload(Protocol):
    """A file that somebody gave: what it is called, and its content to read."""

    name: str


def network(folder: Path, uploads: Sequence[Upload]) -> Path:
    """Write a network and, beside it, the files that hold its weights; where the network lies.

    Raises:
        ModelError: none or several of them are networks, or a name cannot be a file's.
        StoreError: the disk does not take them.
    """
    chosen = [one for one in uploads if Path(one.name).suffix.lower() != WEIGHTS]
    if len(chosen) != 1:
        raise ModelError(
            f"{len(chosen)} networks were given; give one .onnx or .pt2 file, and .data files only "
            "where its weights are in them"
        )
    place = folder / BROUGHT
    shutil.rmtree(place, ignore_errors=True)
    with writing(place):
        place.mkdir()
        for one in uploads:
            _write(one, place / _plain(one.name))
    return place / chosen[0].name


def zipped(folder: Path, upload: Upload) -> Path:
    """Write a zip of pictures under its own name; where it lies.

    Raises:
        DataError: its name cannot be a file's.
        StoreError: the disk does not take it.
    """
    place = folder / ZIP
    shutil.rmtree(place, ignore_errors=True)
    with writing(place):
        place.mkdir()
        _write(upload, place / _plain(upload.name))
    return place / upload.name


def folder(text: str) -> Path:
    """The folder of pictures that was typed.

    Raises:
        DataError: there is none.
    """
    path = typed(text.strip(), "the folder of pictures", DataError)
    if not path.is_dir():
        raise DataError(f"there is no folder {shown(text.strip())[:80]}; check the path")
    return path


def _plain(name: str) -> str:
    if (
        name.startswith(".")
        or len(name) > MOST_NAME
        or set(name) & set("/\\")
        or (not name.isprintable())
    ):
        raise ModelError(f"{shown(name)[:60]!r} cannot be a file's name; rename it")
    return name


def _write(upload: Upload, place: Path) -> None:
    content = cast("IO[bytes]", upload)
    content.seek(0)
    with place.open("wb") as stream:
        shutil.copyfileobj(content, stream)
