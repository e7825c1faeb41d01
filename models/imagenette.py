"""Imagenette: ten classes of ImageNet, fetched once, for networks that need ImageNet's pictures.

The archive is the one that `torchvision.datasets.Imagenette` names; torchvision unpacks it. Folders
are WordNet ids, so `models.classes` finds each picture's place among ImageNet's 1,000 classes.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from filelock import FileLock

from models.download import Progress, download
from models.hub import mirrored
from quant.errors import DataError, StoreError

NAME = "imagenette"  # what stands for its folder on the command line and in links
SIZE = "320px"  # of the shorter side: networks want 224 of 256, or a little more
SIZE_BYTES = 341_663_724
FOLDER = "imagenette2-320"
SPLIT = "val"
PICTURES = 3_925
# ImageNet's own validation set has 50 pictures a class, and here are about 390.
ORIGIN = (
    "Imagenette's validation pictures, ten classes of ImageNet and most of them from its training "
    "set, so accuracy is higher than what is published"
)


def place(data: str | None, home: Path) -> Path | None:
    """The folder that the name of a data set, or a path, stands for."""
    if data is None:
        return None
    return folder(home) if data == NAME else Path(data).expanduser()


def folder(home: Path) -> Path:
    """Where its pictures are, one folder a class."""
    return home / "cache" / NAME / FOLDER / SPLIT


def is_here(home: Path) -> bool:
    return folder(home).is_dir()


def is_it(data: Path) -> bool:
    """Whether a folder is one that `fetch` wrote."""
    return data.parts[-3:] == (NAME, FOLDER, SPLIT)


def fetch(home: Path, progress: Progress) -> None:
    """Download and unpack it unless it is there; it appears whole or not at all.

    Raises:
        ModelError: it cannot be downloaded.
        DataError: the archive cannot be unpacked.
        StoreError: the disk is full or cannot be written.
    """
    if is_here(home):
        return
    cache = home / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    with FileLock(cache / f".{NAME}.lock"):  # two who ask at once fetch once
        if not is_here(home):
            for left in cache.glob(f".{NAME}-*"):  # by a process that was killed
                shutil.rmtree(left, ignore_errors=True)
            _fetch(cache, progress)


def _fetch(cache: Path, progress: Progress) -> None:
    from torchvision.datasets import Imagenette

    url, md5 = Imagenette._ARCHIVES[SIZE]
    target, archive = cache / NAME, cache / url.rpartition("/")[2]
    download(
        mirrored(url), archive, md5, SIZE_BYTES, progress,
        what="Imagenette", instead=", or name a folder of pictures", algorithm="md5",
    )  # fmt: skip
    with tempfile.TemporaryDirectory(dir=archive.parent, prefix=f".{NAME}-") as name:
        inside = Path(name) / NAME
        try:
            inside.mkdir()
            archive.rename(inside / archive.name)
            Imagenette(inside, SPLIT, SIZE, download=True)  # finds the archive, and unpacks it
            (inside / archive.name).unlink()
            shutil.rmtree(target, ignore_errors=True)
            inside.replace(target)
        except OSError as exc:
            raise StoreError(
                f"Imagenette cannot be unpacked in {archive.parent} ({exc.strerror}); make room "
                "there, or set BITFRONT_HOME to another folder"
            ) from exc
        except Exception as exc:  # what tarfile and torchvision raise is of many kinds
            raise DataError(
                f"{archive.name} cannot be unpacked ({str(exc)[:120]}); try again"
            ) from exc
