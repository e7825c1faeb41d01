"""Three pictures that were measured, and what the file said of each."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.gallery import pixels
from models.workload import Workload, workload
from quant.records import Measurement
from quant.samples import Samples
from quant.store import Store

HOW_MANY = 3


@dataclass(frozen=True, slots=True)
class Example:
    """`content` is a PNG; `predicted` a class, `share` what the file gave it, 0 to 1."""

    name: str
    content: bytes
    predicted: int
    share: float


def examples(store: Store, point: Measurement, home: Path) -> tuple[Example, ...]:
    """Of different classes where there are several; none where pictures or answers are not here."""
    packed = store.predictions(point.id, (point.batch, point.threads))
    chosen = workload(point.workload)
    held = None if packed is None else pixels(chosen, point.data_id, home)
    if packed is None or held is None:
        return ()
    said = Samples.read(packed, point.n)
    made: list[Example] = []
    for row in _rows(said.predictions[: len(held)]):
        picture = framed(np.asarray(held[row]), chosen)
        if picture is not None:
            made.append(
                Example(
                    f"{len(made) + 1}.png",
                    _png(picture),
                    int(said.predictions[row]),
                    float(said.confidence[row]),
                )
            )
    return tuple(made)


def framed(pixels_: NDArray[np.uint8], chosen: Workload) -> NDArray[np.uint8] | None:
    """A picture (channels, height, width) that the script's own cutting turns into these pixels
    again: what was cut away is not kept, so a margin of repeated pixels stands for it. None where
    cutting also changes its shape."""
    _, height, width = chosen.input_shape
    if chosen.fit == "stretch":
        return pixels_
    if chosen.resize:
        side = chosen.resize
    elif height != width:
        return None
    else:
        wanted = round(height / chosen.crop_fraction)
        near = [side for side in range(wanted - 2, wanted + 3)
                if round(side * chosen.crop_fraction) == height]  # fmt: skip
        if not near:
            return None
        side = min(near, key=lambda one: abs(one - wanted))
    down, right = side - height, side - width
    # As the script counts: whole halves when it cuts first, rounded ones when it scales first.
    top, left = (round(down / 2), round(right / 2)) if chosen.resize else (down // 2, right // 2)
    margins = ((0, 0), (top, down - top), (left, right - left))
    return np.pad(pixels_, margins, mode="edge")


def _rows(predictions: NDArray[np.int64]) -> list[int]:
    """The first of each class, then the first ones."""
    _, first = np.unique(predictions, return_index=True)
    wanted = [*sorted(first.tolist()), *range(len(predictions))]
    return list(dict.fromkeys(wanted))[:HOW_MANY]


def _png(picture: NDArray[np.uint8]) -> bytes:
    buffer = io.BytesIO()
    image = Image.fromarray(picture[0] if len(picture) == 1 else picture.transpose(1, 2, 0))
    image.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
