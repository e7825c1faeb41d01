"""Folders of small random pictures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image


def folder(root: Path, classes: Sequence[str] = ("a", "b", "c"), each: int = 20) -> Path:
    """One folder a class; "" puts pictures into the root itself."""
    draw = np.random.default_rng(1)
    for name in classes:
        (root / name).mkdir(parents=True, exist_ok=True)
        for index in range(each):
            pixels = draw.integers(0, 256, (8, 8), dtype=np.uint8)
            Image.fromarray(pixels).save(root / name / f"{index}.png")
    return root
