"""Names of points: what would be measured, known before anything is loaded."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from models import imagenette, own
from models.data import Dataset, dataset
from models.weights import weights_fingerprint
from models.workload import Workload, workload
from quant.errors import InvalidRecipe, RequestError
from quant.methods import method
from quant.recipe import Recipe
from quant.timing import USUAL, Timing

ENGINE_VERSION = 6  # of lowering and ranges: a change of files is a new version


@dataclass(frozen=True, slots=True)
class Request:
    """One point to measure. `images` limits the pictures that are reported on, `timing` says what
    its latency is timed at."""

    workload: str
    recipe: Recipe
    data: str | None = None
    data_labels: str | None = None
    images: int | None = None
    runtime: str = "onnxruntime"
    timing: Timing = USUAL


def identify(request: Request, home: Path) -> tuple[str, int]:
    """The point's key, and how many pictures it would be measured on.

    Raises:
        UnknownWorkload, DataError: as reading the workload and its pictures does.
        RequestError, InvalidRecipe: more pictures are asked for than there are.
    """
    chosen = workload(request.workload)
    pictures = data_of(request, home)
    check_calibration(request.recipe, pictures)
    return key_of(chosen, request.recipe, pictures), count_of(request, pictures)


def key_of(chosen: Workload, recipe: Recipe, pictures: Dataset) -> str:
    """Hash of workload, recipe, weights, data and the versions of method and engine."""
    parts = (
        chosen.name,
        recipe.canonical,
        weights_fingerprint(chosen),
        pictures.fingerprint,
        str(method(recipe.method).version),
        str(ENGINE_VERSION),
    )
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:24]


def check_calibration(recipe: Recipe, pictures: Dataset) -> None:
    """Refuse more calibration pictures than there are.

    Raises:
        InvalidRecipe: with both numbers.
    """
    count, available = recipe.calibration_images, len(pictures.calibrate)
    if recipe.uses_pictures and count > available:
        raise InvalidRecipe(
            f"{count:,} calibration pictures were asked for and {available:,} are there; "
            f"ask for at most {available:,}"
        )


def count_of(request: Request, pictures: Dataset) -> int:
    """How many pictures are reported on."""
    available = len(pictures.report)
    if request.images is not None and not 1 <= request.images <= available:
        raise RequestError(
            f"{request.images:,} pictures were asked for and {available:,} are there to report on; "
            f"ask for 1 to {available:,}, or leave the number out for all"
        )
    return request.images or available


def data_of(request: Request, home: Path) -> Dataset:
    """The pictures of a request; read once by each process."""
    chosen = workload(request.workload)
    is_own = chosen.name.startswith(own.PREFIX)
    added_at = own.facts(chosen.name).added_at if is_own else ""
    return _data(chosen, added_at, request.data, request.data_labels, home)


@lru_cache(maxsize=4)
def _data(
    chosen: Workload, _added_at: str, data: str | None, labels: str | None, home: Path
) -> Dataset:
    """An own network may be removed, and another one added under its name."""
    return dataset(
        chosen,
        imagenette.place(data or None, home),
        Path(labels).expanduser() if labels else None,
        home / "cache" / "pictures",
    )
