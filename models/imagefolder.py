"""Labelled picture files, decoded once, in the order of their contents' hash."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import IO

import numpy as np

from models.labelled import Labelled, Listing, shown
from models.listing import listing
from models.picture_cache import Facts, Pixels, remembered
from models.pictures import BrokenPicture, decode, digest, each, scaling
from models.workload import ACCURACY, Workload

ONCE = "by content and by pixels"  # what makes a picture one: part of what is remembered


def decoded(
    workload: Workload, folder: Path, labels: Path | None, cache: Path | None
) -> tuple[Pixels, Facts]:
    """Every usable picture of a folder, once; see `decoded_of`.

    Raises:
        DataError: see `models.listing.listing`.
    """
    labelled = workload.metric == ACCURACY
    found = listing(folder, labels, workload.classes, labelled=labelled)
    return decoded_of(workload, found, cache)


def decoded_of(workload: Workload, found: Listing, cache: Path | None) -> tuple[Pixels, Facts]:
    """Every usable picture of a listing, once.

    Returns:
        (n, channels, height, width) uint8, memory-mapped where there is a cache, and its facts.
    Raises:
        StoreError: the cache folder is full or cannot be written.
    """
    if cache is not None:
        key = _key(found, workload)
        return remembered(
            cache, key, workload.input_shape, lambda stream: _decode(found, workload, stream)
        )
    memory = io.BytesIO()
    facts = _decode(found, workload, memory)
    pixels = np.frombuffer(memory.getbuffer(), np.uint8)
    return pixels.reshape(-1, *workload.input_shape), facts


def _key(found: Listing, workload: Workload) -> str:
    """Changes with any file's name, label, size or date, and with how pictures are scaled."""
    key = hashlib.sha256(repr((found.skipped, scaling(workload), ONCE)).encode())
    for item in found.files:
        path = found.folder.resolve() / item.file
        try:
            state = path.stat()
            stamp = (state.st_size, state.st_mtime_ns, state.st_ctime_ns)
        except OSError:
            stamp = (0, 0, 0)
        key.update(repr((str(path), item.label, stamp)).encode(errors="surrogatepass"))
    return key.hexdigest()[:32]


def _decode(found: Listing, workload: Workload, stream: IO[bytes]) -> Facts:
    """Write the pixels of each usable picture, row after row, and say what they are."""
    files, repeated = _unique(found)
    skipped = [*found.skipped, *repeated]
    digests: list[str] = []
    labels: list[int] = []
    seen: dict[bytes, Labelled] = {}  # by their pixels: a picture saved again has another content
    pixels = each(lambda path: decode(path, workload), [found.folder / i.file for _, i in files])
    for (content, item), result in zip(files, pixels, strict=True):
        if isinstance(result, BrokenPicture):
            skipped.append(f"{shown(item.file)} {result}, and was left out")
            continue
        rows = result.tobytes()
        first = seen.setdefault(hashlib.sha256(rows).digest(), item)
        if first is not item:
            skipped.append(_repeated(item, first))
            continue
        stream.write(rows)
        digests.append(content)
        labels.append(item.label)
    contents = hashlib.sha256(repr((digests, scaling(workload))).encode()).hexdigest()[:32]
    return Facts(contents, tuple(digests), tuple(labels), tuple(sorted(skipped)))


def _repeated(item: Labelled, kept: Labelled) -> str:
    other = "" if kept.label == item.label else " under another label"
    return f"{shown(item.file)} is the same picture as {shown(kept.file)}{other}, and was left out"


def _unique(found: Listing) -> tuple[list[tuple[str, Labelled]], list[str]]:
    """Files with the hash of their contents, sorted by it, each content once; and who is not."""
    first: dict[str, Labelled] = {}
    skipped = []
    contents = each(digest, [found.folder / item.file for item in found.files])
    for item, content in zip(found.files, contents, strict=True):
        name = shown(item.file)
        if isinstance(content, BrokenPicture):
            skipped.append(f"{name} {content}, and was left out")
        elif content in first:
            skipped.append(_repeated(item, first[content]))
        else:
            first[content] = item
    return sorted(first.items()), skipped
