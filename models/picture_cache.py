"""Decoded pictures on disk: one raw array, and one small index for each state of a folder.

The index names its array by content, so two folders with equal pictures share one. Both appear
whole, through a rename: a killed process leaves at most a partial file, which is swept away later.
Writing through a memory map would end in SIGBUS on a full disk; plain writes end in an error.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from quant.errors import StoreError

Pixels = NDArray[np.uint8]
PARTIAL = ".partial-"
STALE_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of decoded pictures, row by row: SHA-256 of the file and class index.

    `contents` names the array: the hash of all digests and of how the pictures were scaled.
    `skipped` are sentences on the files that gave no row.
    """

    contents: str
    digests: tuple[str, ...]
    labels: tuple[int, ...]
    skipped: tuple[str, ...]


def remembered(
    cache: Path, key: str, shape: tuple[int, ...], make: Callable[[IO[bytes]], Facts]
) -> tuple[Pixels, Facts]:
    """The pictures kept under `key`, else those that `make` writes row after row.

    Returns:
        (n, *shape) uint8, memory-mapped, and its facts.
    Raises:
        StoreError: the cache folder is full or cannot be written.
    """
    try:
        kept = _read(cache, key, shape)
        if kept is None:
            cache.mkdir(parents=True, exist_ok=True)
            _sweep(cache)
            facts = write(cache, make, lambda facts: f"{facts.contents}.u8")
            write(cache, lambda stream: _index(stream, facts), lambda _: f"{key}.json")
            kept = mapped(cache, facts, shape), facts
    except OSError as exc:
        raise full(cache, exc) from exc
    return kept


def full(cache: Path, exc: OSError) -> StoreError:
    return StoreError(
        f"decoded pictures cannot be kept in {cache}: {exc.strerror}; "
        "make room there, or set BITFRONT_HOME to another folder"
    )


def _read(cache: Path, key: str, shape: tuple[int, ...]) -> tuple[Pixels, Facts] | None:
    """None when there is nothing, or when what is there is damaged."""
    with suppress(FileNotFoundError, ValueError, TypeError, KeyError):
        values: dict[str, Any] = json.loads((cache / f"{key}.json").read_bytes())
        facts = Facts(
            values["contents"],
            tuple(values["digests"]),
            tuple(values["labels"]),
            tuple(values["skipped"]),
        )
        return mapped(cache, facts, shape), facts
    return None


def mapped(cache: Path, facts: Facts, shape: tuple[int, ...]) -> Pixels:
    """The rows; ValueError when the file's size is not theirs."""
    path = cache / f"{facts.contents}.u8"
    whole = (len(facts.labels), *shape)
    if path.stat().st_size != int(np.prod(whole)):
        raise ValueError(f"{path} has another size")
    if not facts.labels:
        return np.empty(whole, np.uint8)
    return np.asarray(np.memmap(path, np.uint8, mode="r", shape=whole))


def _index(stream: IO[bytes], facts: Facts) -> Facts:
    stream.write(json.dumps(asdict(facts)).encode())
    return facts


def write(cache: Path, make: Callable[[IO[bytes]], Facts], name: Callable[[Facts], str]) -> Facts:
    with NamedTemporaryFile(dir=cache, prefix=PARTIAL, delete=False) as stream:
        partial = Path(stream.name)
        try:
            facts = make(stream)
            stream.flush()
            partial.replace(cache / name(facts))
        finally:
            partial.unlink(missing_ok=True)
    return facts


def _sweep(cache: Path) -> None:
    """Remove what killed processes left behind; younger files may still be written."""
    for partial in cache.glob(f"{PARTIAL}*"):
        with suppress(OSError):
            if time.time() - partial.stat().st_mtime > STALE_SECONDS:
                partial.unlink()
