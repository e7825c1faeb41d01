"""Writing files: what the disk says, as a sentence."""

from __future__ import annotations

import errno
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
