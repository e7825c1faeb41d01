"""How much disk a folder of files takes."""

from __future__ import annotations

import os
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

_TICK_NS = 2_000_000_000


@dataclass(frozen=True, slots=True)
class Use:
    """Files and bytes. `by_workload` is bytes, most first."""

    files: int = 0
    size_bytes: int = 0
    by_workload: tuple[tuple[str, int], ...] = field(default=())


def files(folder: Path) -> list[Path]:
    """Those below a folder that can be seen; what may not be looked into is left out."""
    return [
        path
        for top, _, names in os.walk(folder)
        for name in names
        if _is_file(path := Path(top, name))
    ]


def use(folder: Path) -> Use:
    """Files below a folder, hidden ones left out.

    Counted anew when a file came or went: that changes the time of its folder.
    """
    try:
        folders = [folder, *(path for path in folder.iterdir() if path.is_dir())]
        changed = sorted((str(path), path.stat().st_mtime_ns) for path in folders)
    except OSError:  # absent, not a folder, or going away while we look
        return Use()
    # Two changes within a tick of the disk's clock leave the same time.
    if time.time_ns() - max(when for _, when in changed) < _TICK_NS:
        return _counted.__wrapped__(folder, ())
    return _counted(folder, tuple(changed))


@lru_cache(maxsize=8)
def _counted(folder: Path, _changed: tuple[tuple[str, int], ...]) -> Use:
    sizes: Counter[str] = Counter()
    shown = [path for path in files(folder) if not path.name.startswith(".")]
    count = 0
    for path in shown:
        try:
            size = path.stat().st_size
        except OSError:  # deleted since it was listed
            continue
        parts = path.relative_to(folder).parts
        sizes[parts[0] if len(parts) > 1 else ""] += size
        count += 1
    return Use(count, sizes.total(), tuple(sizes.most_common()))


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False
