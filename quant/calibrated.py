"""Calibration of a workload: one pass a process, whatever the widths that are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import prod

import numpy as np
from numpy.typing import NDArray

from models.data import Dataset, Split
from quant.calibrate import KEPT, Observed, observe
from quant.graph.fold import shapes_of
from quant.graph.network import Network
from quant.graph.prepared import Prepared
from quant.identity import check_calibration
from quant.lower.placement import candidates
from quant.measure.accuracy import batch_size
from quant.plan import plan
from quant.recipe import Recipe
from quant.trim import trim


def calibrated(prepared: Prepared, data: Dataset, recipe: Recipe) -> dict[str, Observed]:
    """What the calibration pictures showed; one pass serves every width.

    Raises:
        InvalidRecipe: more calibration pictures are asked for than there are.
    """
    check_calibration(recipe, data)
    count = recipe.calibration_images
    return _calibrated(_Calibration(prepared, data), count, recipe.seed)


def equalised(prepared: Prepared, data: Dataset, recipe: Recipe) -> Prepared:
    """The network with its scales moved for the recipe's widths, by what some pictures showed.

    Raises:
        InvalidRecipe: more calibration pictures are asked for than there are.
    """
    check_calibration(recipe, data)
    count = min(recipe.calibration_images, EQUALISED_BY)
    key = _Calibration(prepared, data)
    widths = Recipe(recipe.weights, recipe.activations, layers=recipe.layers)
    return _equalised(key, widths, count, recipe.seed)


def drawn(split: Split, recipe: Recipe) -> NDArray[np.int64]:
    """Which calibration pictures a recipe uses, in the order in which they are looked at."""
    return _order(split, recipe.calibration_images, recipe.seed)


def _order(split: Split, count: int, seed: int) -> NDArray[np.int64]:
    return np.random.default_rng(seed).permutation(len(split))[:count]


MOST_BYTES = 512_000_000  # of activations that are looked at in one run
MOST_KEPT_BYTES = 256_000_000  # of samples of all tensors and batches
EQUALISED_BY = 100  # pictures: ends of channels need fewer than ranges do


@dataclass(frozen=True)
class _Calibration:
    """Equal by what it rests on, so that a worker calibrates a network once."""

    prepared: Prepared
    data: Dataset

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Calibration) and self._rests_on == other._rests_on

    def __hash__(self) -> int:
        return hash(self._rests_on)

    @property
    def _rests_on(self) -> tuple[str, str]:
        return self.prepared.sha256, self.data.fingerprint


@lru_cache(maxsize=2)
def _equalised(calibration: _Calibration, widths: Recipe, count: int, seed: int) -> Prepared:
    from quant.rounding.equalize import equalise

    prepared, split = calibration.prepared, calibration.data.calibrate
    order = _order(split, count, seed)
    size = _size(prepared, split)
    batches = (split.take(order[i : min(i + size, count)]) for i in range(0, count, size))
    bits = plan(widths, prepared.layers, prepared.products)
    moved = equalise(prepared, bits, batches)
    trim()
    return moved


@lru_cache(maxsize=4)
def _calibrated(calibration: _Calibration, count: int, seed: int) -> dict[str, Observed]:
    prepared, split = calibration.prepared, calibration.data.calibrate
    order = _order(split, count, seed)
    size = _size(prepared, split)
    batches = (split.take(order[i : i + size]) for i in range(0, count, size))
    tensors = candidates(Network(prepared.model), prepared.layers)
    kept = MOST_KEPT_BYTES // (4 * len(tensors) * -(-count // size)) if tensors else KEPT
    seen = observe(prepared.model, tensors, batches, seed, min(KEPT, kept))
    trim()
    return seen


def _size(prepared: Prepared, split: Split) -> int:
    """Pictures at once: as many as elsewhere, unless what is looked at would not fit."""
    shapes = shapes_of(prepared.model)
    watched = candidates(Network(prepared.model), prepared.layers)
    bytes_a_picture = 4 * sum(prod(shapes.get(name, ())) for name in watched)
    return min(batch_size(split), max(1, MOST_BYTES // max(bytes_a_picture, 1)))
