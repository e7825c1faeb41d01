"""What a workload still needs before it can be measured here, and fetching it. Torch-free until
it fetches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from models import imagenette
from models.download import download
from models.hub import HubFile, mirrored
from models.workload import Workload

Telling = Callable[[str, float], None]  # the step in words, the share of a point that is done
SHARE = 0.02  # of a point; the words tell how far a download is


@dataclass(frozen=True, slots=True)
class Missing:
    """A file that can be fetched: its name in sentences, about how large it is, where it goes."""

    what: str
    size_bytes: int
    address: str
    path: Path


def missing(workload: Workload, data: str | None, home: Path) -> tuple[Missing, ...]:
    """The weights, and Imagenette where that is the data, if they are not on this machine."""
    found = []
    if (file := workload.hub_file) and not file.is_here:
        what = f"the weights of {workload.name}"
        found.append(Missing(what, file.size_bytes, mirrored(file.url), file.path))
    if data == imagenette.NAME and not imagenette.is_here(home):
        archive = "https://s3.amazonaws.com/fast-ai-imageclas/imagenette2-320.tgz"
        where = imagenette.folder(home).parent
        found.append(Missing("Imagenette", imagenette.SIZE_BYTES, mirrored(archive), where))
    return tuple(found)


def fetch(workload: Workload, data: str | None, home: Path, tell: Telling) -> None:
    """Fetch what is missing.

    Raises:
        ModelError, DataError, StoreError: it cannot be fetched.
    """
    if (file := workload.hub_file) and not file.is_here:
        _weights(workload, file, tell)
    if data == imagenette.NAME:
        imagenette.fetch(home, _told("Imagenette", tell))


def _weights(workload: Workload, file: HubFile, tell: Telling) -> None:
    download(
        mirrored(file.url), file.path, file.digits, file.size_bytes,
        _told(f"the weights of {workload.name}", tell),
        what=f"the weights of {workload.name}",
        instead=", or measure with random weights: --random-weights",
    )  # fmt: skip


def _told(what: str, tell: Telling) -> Callable[[int, int], None]:
    def progress(done: int, whole: int) -> None:
        tell(f"Downloading {what}: {done / 1e6:.0f} of {whole / 1e6:.0f} MB", SHARE * done / whole)

    return progress
