"""Files copied, moved and removed, whole or not at all: what the disk says, as a sentence."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from quant.errors import StoreError

REASONS = {
    errno.ENOSPC: "the disk is full; free some space, or set BITFRONT_HOME to another disk",
    errno.EDQUOT: "the disk quota is used up; free some space, or set BITFRONT_HOME elsewhere",
    errno.EROFS: "the disk is read-only; set BITFRONT_HOME to a folder that you may write to",
    errno.EACCES: "it may not be written to; set BITFRONT_HOME to a folder that you may write to",
    errno.EPERM: "it may not be written to; set BITFRONT_HOME to a folder that you may write to",
    errno.EIO: "the disk reports an error; check its health, or set BITFRONT_HOME elsewhere",
    errno.ENOTDIR: "a part of its path is a file; check BITFRONT_HOME and BITFRONT_ARCHIVE",
    errno.EEXIST: "a part of its path is a file; check BITFRONT_HOME and BITFRONT_ARCHIVE",
    errno.EISDIR: "a folder has its name; move that away",
    errno.ENAMETOOLONG: "its name is too long; check BITFRONT_HOME and BITFRONT_ARCHIVE",
}
ON_THE_WAY = re.compile(r"\.(moving|arriving)-\w+")  # names of files that are being copied
_CHUNK_BYTES = 1 << 20


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn the disk's errors into a StoreError that names the path and the remedy."""
    try:
        yield
    except OSError as exc:
        if exc.errno not in REASONS:
            raise
        raise StoreError(f"{path.name} cannot be written: {REASONS[exc.errno]}") from exc


@contextmanager
def appearing(target: Path, prefix: str) -> Iterator[Path]:
    """A draft beside the target that takes its place in the end, or goes where that fails."""
    # A name of its own: two who write the same file must not share a draft.
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=prefix)
    os.close(handle)
    draft = Path(name)
    try:
        yield draft
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def copy(source: Path, draft: Path) -> str:
    """Copy the content alone, for all to read; SHA-256 in hexadecimal digits of what was copied."""
    seen = hashlib.sha256()
    with source.open("rb") as read, draft.open("wb") as written:
        while chunk := read.read(_CHUNK_BYTES):
            seen.update(chunk)
            written.write(chunk)
    draft.chmod(0o644)
    return seen.hexdigest()


def move(source: Path, target: Path) -> Path:
    """Whole or not at all, also to another disk.

    Raises:
        StoreError: the source is gone, or the target cannot be written.
    """
    try:
        with writing(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            with appearing(target, ".moving-") as draft:
                shutil.copy2(source, draft)
            source.unlink(missing_ok=True)
    except FileNotFoundError as exc:
        if not source.exists():
            raise StoreError(f"{source.name} was moved or deleted just now; look again") from exc
        raise StoreError(f"{target.parent} cannot be made; check BITFRONT_ARCHIVE") from exc
    return target


def remove(path: Path) -> int:
    """Its bytes; nothing if somebody else removed it first."""
    try:
        with writing(path):
            size = path.stat().st_size
            path.unlink()
    except FileNotFoundError:
        return 0
    return size
