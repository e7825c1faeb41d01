"""Names of artifacts that stay below the folder they belong to, and what is in a file."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path, PurePosixPath

ARTIFACTS = "artifacts"
MOST_PARTS, LONGEST = 6, 300
_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._+·-]*")


def is_plain(name: str) -> bool:
    """`artifacts/…` of ordinary names: nothing absolute, hidden, or on the way up."""
    parts = name.split("/")
    return (
        len(name) <= LONGEST
        and 2 <= len(parts) <= MOST_PARTS
        and parts[0] == ARTIFACTS
        and all(_PART.fullmatch(part) for part in parts)
    )


def below(root: Path, name: str) -> Path | None:
    """The regular file of that name below `root`, reached without a link; None if there is none."""
    if not is_plain(name):
        return None
    path = root
    for part in PurePosixPath(name).parts:
        path /= part
        if path.is_symlink():
            return None
    return path if path.is_file() else None


def digest(path: Path) -> str:
    """SHA-256 in hexadecimal digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
