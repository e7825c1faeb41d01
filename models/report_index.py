"""Which rows of the decoded pictures are the report split of a data set, by the data's id.

A measurement carries that id and no folder: with this index any process finds its pictures.
"""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from models import picture_cache
from models.picture_cache import Facts, Pixels


def remember(cache: Path, data_id: str, facts: Facts, shape: tuple[int, ...], first: int) -> None:
    """Write down that rows from `first` on are the report pictures of the data of that id.

    Raises:
        StoreError: the cache folder is full or cannot be written.
    """
    if find(cache, data_id) is not None:
        return
    stated: dict[str, Any] = {
        "contents": facts.contents,
        "labels": facts.labels,
        "shape": shape,
        "first": first,
    }

    def tell(stream: IO[bytes]) -> Facts:
        stream.write(json.dumps(stated).encode())
        return facts

    try:
        picture_cache.write(cache, tell, lambda _: _path(cache, data_id).name)
    except OSError as exc:
        raise picture_cache.full(cache, exc) from exc


def find(cache: Path, data_id: str) -> tuple[Pixels, NDArray[np.int64]] | None:
    """Pictures (n, *shape) uint8, memory-mapped, and labels (n,); None when they are not here."""
    with suppress(OSError, ValueError, TypeError, KeyError):
        stated: dict[str, Any] = json.loads(_path(cache, data_id).read_bytes())
        facts = Facts(stated["contents"], (), tuple(stated["labels"]), ())
        whole = picture_cache.mapped(cache, facts, tuple(stated["shape"]))
        first = int(stated["first"])
        return whole[first:], np.array(facts.labels, np.int64)[first:]
    return None


def _path(cache: Path, data_id: str) -> Path:
    return cache / f"{data_id}.report"
