"""Small folders of pictures for tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from models.workload import Workload, workload

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = Path(os.environ.get("BITFRONT_SAMPLE", ROOT.parent / "shared/data/imagenet-sample"))
WNIDS = ("n01440764", "n01443537", "n01484850")  # classes 0, 1 and 2
needs_sample = pytest.mark.skipif(
    not SAMPLE.is_dir(), reason="BITFRONT_SAMPLE names no folder of ImageNet pictures"
)


def small(crop_fraction: float = 1.0, classes: int = 1000) -> Workload:
    """`imagenet-lite0` on 8 x 8 pictures."""
    return replace(
        workload("imagenet-lite0"),
        input_shape=(3, 8, 8),
        crop_fraction=crop_fraction,
        classes=classes,
    )


def picture(path: Path, seed: int, size: tuple[int, int] = (8, 8), mode: str = "RGB") -> Path:
    """Write a picture that no other seed gives."""
    path.parent.mkdir(parents=True, exist_ok=True)
    shape = (size[1], size[0], 3)
    pixels = np.random.default_rng(seed).integers(0, 256, shape, np.uint8)
    Image.fromarray(pixels).convert(mode).save(path)
    return path


def fill(folder: Path, count: int, classes: tuple[str, ...] = WNIDS) -> Path:
    """`count` different pictures, in turn in one folder a class."""
    for seed, path in zip(range(count), _paths(folder, classes), strict=False):
        picture(path, seed)
    return folder


def _paths(folder: Path, classes: tuple[str, ...]) -> Iterator[Path]:
    number = 0
    while True:
        yield folder / classes[number % len(classes)] / f"{number:04}.png"
        number += 1
