"""What scores rest on, known before anything is loaded. Torch-free."""

from __future__ import annotations

import hashlib

from models.data import Dataset
from models.weights import weights_fingerprint
from models.workload import Workload
from quant.errors import RequestError
from quant.identity import ENGINE_VERSION, Request
from quant.methods import method

VERSION = 1  # of what is tried and how scores follow from it


def key_of(given: Workload, request: Request, data: Dataset) -> str:
    """Hash of weights, pictures, the recipe but for its widths, and the versions of the code."""
    recipe = request.recipe
    parts = (
        given.name, recipe.method, method(recipe.method).version, recipe.ranges, recipe.seed,
        recipe.calibration_images, weights_fingerprint(given), data.fingerprint,
        request.images or "as many as usual", ENGINE_VERSION, VERSION,
    )  # fmt: skip
    return hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()[:24]


def refuse_too_many(request: Request, data: Dataset) -> None:
    """Layers are tried on pictures that calibrate.

    Raises:
        RequestError: more are asked for than there are, with both numbers.
    """
    available = len(data.calibrate)
    if request.images is not None and not 1 <= request.images <= available:
        raise RequestError(
            f"{request.images:,} pictures were asked for and {available:,} are there to calibrate "
            f"on, which layers are tried on; ask for 1 to {available:,}"
        )
