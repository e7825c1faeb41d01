"""Which network is measured of each architecture, and on which pictures."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.data import Dataset, dataset
from models.splits import Split
from models.torchvision_table import architectures, named
from models.workload import Workload, workload

# Up to so many multiply-adds, so many pictures to calibrate and to report on. Random weights need
# some: few show how far a squeeze-and-excite block's answers reach.
PICTURES = ((2e9, (64, 32)), (2e10, (16, 16)), (float("inf"), (8, 8)))
ENLARGED = "Fashion-MNIST pictures, enlarged and grey in all three channels"


def chosen(name: str) -> Workload:
    """The architecture with weights that are at hand, or random ones; the smallest pictures of its
    weight sets, which are what its published multiply-adds are often stated for."""
    sets = [named(f"torchvision/{name}-{one['name']}") for one in architectures()[name].sets]
    sets = sorted(sets, key=lambda one: one.input_shape[1])
    here = [one for one in sets if one.hub_file is not None and one.hub_file.is_here]
    if here:
        return here[0]
    least = sets[0]
    return replace(
        named(f"torchvision/{name}-random"),
        input_shape=least.input_shape,
        resize=least.resize,
        macs=least.macs,
        parameters=least.parameters,
    )


def in_order() -> list[str]:
    """All architectures, those of the least work first."""

    def work(name: str) -> float:
        one = chosen(name)
        return one.parameters * 50 + one.macs

    return sorted(architectures(), key=work)


def pictures(of: Workload, data: Path | None, cache: Path) -> Dataset:
    """The folder's pictures, or where none is named, shipped ones made as large as wanted."""
    return dataset(of, data, None, cache) if data is not None else enlarged(of)


def enlarged(of: Workload) -> Dataset:
    """Shipped pictures for a network that wants larger ones with three channels."""
    shipped = dataset(workload("fashion-resnet"))
    calibrate, report = counts(of)
    splits = {
        "calibrate": _enlarged(shipped.calibrate, calibrate, of),
        "select": _enlarged(shipped.select, report, of),
        "report": _enlarged(shipped.report, report, of),
    }
    digest = hashlib.sha256(repr((ENLARGED, of.input_shape)).encode()).hexdigest()
    return Dataset(ENLARGED, **splits, fingerprint=digest, origin=shipped.origin)


def _enlarged(given: Split, count: int, of: Workload) -> Split:
    side = of.input_shape[1]
    made = [_as_large(given.pictures[index][0], side) for index in range(count)]
    return Split(
        given.name, given.labels[:count], np.stack(made), given.contents[:count], of.mean, of.std
    )


def _as_large(picture: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    image = Image.fromarray(picture).resize((side, side), Image.Resampling.BICUBIC)
    return np.repeat(np.asarray(image, np.uint8)[None], 3, axis=0)


def counts(of: Workload) -> tuple[int, int]:
    """Pictures to calibrate and to report on."""
    return next(few for most, few in PICTURES if of.macs <= most)
