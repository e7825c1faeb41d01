"""The report pictures that a measurement speaks of, found again by the id of its data.

They are in the shipped data set, in the memory-mapped cache of decoded pictures, or, in a
snapshot, in an archive of thumbnails. All three are named by content, so any process that sees the
same folder shows the same pictures.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models import report_index, thumbnails
from models.data import dataset
from models.splits import Split
from models.workload import Workload
from quant.errors import DataError

FOLDER = "thumbnails"  # of a snapshot
MOST_BYTES = 1_000_000  # of one thumbnail


@dataclass(frozen=True, eq=False)
class Gallery:
    """`labels` are the true classes (n,), where they are known. `encoded` gives one picture by its
    place among the report pictures, as models.thumbnails encodes it; None where it is not here."""

    labels: NDArray[np.int64] | None
    encoded: Callable[[int], bytes | None]

    def shown(self, row: int) -> str | None:
        """One picture as a data URI, or None."""
        content = self.encoded(row)
        with suppress(OSError, ValueError):
            return None if content is None else thumbnails.shown(content)
        return None


def gallery(workload: Workload, data_id: str, home: Path) -> Gallery | None:
    """The pictures of that id, or None where they are not on this machine."""
    if not re.fullmatch("[0-9a-f]{12}", data_id):
        return None
    return _shipped(workload, data_id) or _cached(data_id, home) or _packed(data_id, home)


def pixels(workload: Workload, data_id: str, home: Path) -> NDArray[np.uint8] | None:
    """The report pictures as the network is given them, (n, channels, height, width); None where
    they are not whole on this machine."""
    if not re.fullmatch("[0-9a-f]{12}", data_id):
        return None
    if (whole := _report(workload, data_id)) is not None:
        return whole.pictures
    kept = report_index.find(home / "cache" / "pictures", data_id)
    return None if kept is None else kept[0]


def pack(folder: Path, data_id: str, rows: Iterable[int], pictures: Gallery) -> int:
    """Write thumbnails of some report pictures below a snapshot's folder; their bytes together."""
    path = folder / FOLDER / f"{data_id}.zip"
    path.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for row in sorted(rows):
            content = pictures.encoded(row)
            if content is not None:
                # A fixed date, so that equal snapshots are equal files.
                archive.writestr(zipfile.ZipInfo(str(row)), content)
    return path.stat().st_size


def _shipped(workload: Workload, data_id: str) -> Gallery | None:
    report = _report(workload, data_id)
    return None if report is None else _from_pixels(report.pictures, report.labels)


def _report(workload: Workload, data_id: str) -> Split | None:
    if not workload.embedded:
        return None
    with suppress(DataError, OSError):  # a snapshot's viewer comes without the data set
        whole = dataset(workload)
        if whole.data_id == data_id:
            return whole.report
    return None


def _cached(data_id: str, home: Path) -> Gallery | None:
    kept = report_index.find(home / "cache" / "pictures", data_id)
    return None if kept is None else _from_pixels(*kept)


def _from_pixels(pictures: NDArray[np.uint8], labels: NDArray[np.int64]) -> Gallery:
    def encoded(row: int) -> bytes | None:
        return thumbnails.encoded(pictures[row]) if 0 <= row < len(pictures) else None

    return Gallery(labels, encoded)


def _packed(data_id: str, home: Path) -> Gallery | None:
    path = home / FOLDER / f"{data_id}.zip"
    try:
        with zipfile.ZipFile(path) as archive:
            names = {item.filename for item in archive.infolist() if item.file_size <= MOST_BYTES}
    except (OSError, zipfile.BadZipFile):
        return None

    def encoded(row: int) -> bytes | None:
        if str(row) not in names:
            return None
        try:
            with zipfile.ZipFile(path) as archive:
                return archive.read(str(row))
        except (OSError, zipfile.BadZipFile, KeyError, ValueError):
            return None

    return Gallery(None, encoded)
