"""Files that come with imported measurements: verified, then copied, never over another file."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from quant import disk
from quant.disk import appearing, writing
from quant.errors import StoreError
from quant.records import Measurement
from quant.shelf import shelf
from quant.snapshot.paths import below, digest

SPARE_BYTES = 100_000_000  # left on the disk, for the store itself


@dataclass(frozen=True, slots=True)
class Arrival:
    """One file: where it lies, where it goes, and what it must be."""

    source: Path
    target: Path
    sha256: str
    size_bytes: int


def arrival(measured: Measurement, root: Path, home: Path) -> Arrival | None:
    """What is to be copied for a measurement; None where there is no file, or it is here.

    Raises:
        StoreError: its place leads out of the home folder.
    """
    source = below(root, measured.artifact)
    if source is None:
        return None
    known = shelf(home).find(measured.artifact)
    if known is not None and digest(known) == measured.artifact_sha256:
        return None
    target = home / place(measured, home)
    if target.exists():
        return None
    if not target.resolve().is_relative_to(home.resolve()):
        raise StoreError(f"{target} leads out of the home folder; take that link away")
    return Arrival(source, target, measured.artifact_sha256, source.stat().st_size)


def place(measured: Measurement, home: Path) -> str:
    """The file's name below the home folder; another one where a different file has that name."""
    name = measured.artifact
    there = home / name
    if not name or not (there.exists() or there.is_symlink()):
        return name
    if there.is_file() and digest(there) == measured.artifact_sha256:
        return name
    folder, _, file = name.rpartition("/")
    return f"{folder}/{measured.artifact_sha256[:12]}-{file}"


def placed(measured: Measurement, home: Path) -> Measurement:
    """The measurement with its file's name here."""
    name = place(measured, home)
    return measured if name == measured.artifact else replace(measured, artifact=name)


def refuse_if_too_large(arrivals: Iterable[Arrival], home: Path) -> None:
    """Ask the quota and the disk before the first byte is written.

    Raises:
        StoreError: with what is wanted, what there is, and what to do.
    """
    wanted = sum(item.size_bytes for item in arrivals)
    place = shelf(home)
    if wanted and place.use().size_bytes + wanted > place.quota_bytes:
        raise StoreError(
            f"the files to import have {wanted / 1e6:,.1f} MB, which BITFRONT_QUOTA_GB "
            f"({place.quota_bytes / 1e9:.3g} GB) does not allow; raise it, delete or archive files "
            "(python -m quant artifacts), or import a snapshot made with --no-files"
        )
    free = shutil.disk_usage(home).free
    if wanted and wanted + SPARE_BYTES > free:
        raise StoreError(
            f"the files to import have {wanted / 1e6:,.1f} MB and {free / 1e6:,.1f} MB are free; "
            "free some space, or import a snapshot made with --no-files"
        )


def verify(item: Arrival) -> None:
    """Raises StoreError unless the file is the one that was measured."""
    if digest(item.source) != item.sha256:
        raise StoreError(f"{item.source} is not the file that was measured; nothing was imported")


def copy(item: Arrival) -> None:
    """The whole file, or nothing, appears at its place; what is copied is verified again."""
    with writing(item.target):
        item.target.parent.mkdir(parents=True, exist_ok=True)
        with appearing(item.target, ".arriving-") as draft:
            if disk.copy(item.source, draft) != item.sha256:
                raise StoreError(f"{item.source} changed while it was copied; try again")
