"""Files written, moved and removed: what the disk says, as a sentence."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from quant.errors import StoreError

REASONS = {
    errno.ENOSPC: "the disk is full; free some space, or set BITFRONT_HOME to another disk",
    errno.EDQUOT: "the disk quota is used up; free some space, or set BITFRONT_HOME elsewhere",
    errno.EROFS: "the disk is read-only; set BITFRONT_HOME to a folder that you may write to",
    errno.EACCES: "it may not be written to; set BITFRONT_HOME to a folder that you may write to",
}


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn the disk's errors into a StoreError that names the path and the remedy."""
    try:
        yield
    except OSError as exc:
        if exc.errno not in REASONS:
            raise
        raise StoreError(f"{path.name} cannot be written: {REASONS[exc.errno]}") from exc


def move(source: Path, target: Path) -> Path:
    """Whole or not at all, also to another disk."""
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    with writing(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            shutil.copy2(source, draft)
            draft.replace(target)
            source.unlink(missing_ok=True)
        finally:
            draft.unlink(missing_ok=True)
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
