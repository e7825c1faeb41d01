"""Some pictures as the network will see them, and what it answers under usual normalisations."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.labelled import Labelled
from models.own import parsed
from models.own_listing import own_listing
from models.pictures import BrokenPicture, decode, each
from models.workload import Workload
from quant.errors import DataError, ModelError
from quant.runtime.ort import Session

MOST_TRIED = 128  # pictures
MOST_SHOWN = 4
LEAST_SIDE = 224  # pixels on screen: smaller pictures are magnified
BATCH = 16
Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]


def look(
    network: str,
    facts: dict[str, Any],
    folder: str,
    table: str | None,
    normals: list[dict[str, Any]],
) -> dict[str, Any]:
    """Decode some pictures, and run them under each way to normalise.

    Args:
        network: the file that `quant.add.network` wrote.
        facts: what `workload.json` will say.
        folder, table: where the pictures and their labels lie.
        normals: mean and std to try; none runs nothing.
    Returns:
        `shown`: data URIs of a few pictures with class and file; `right`: the share of pictures
        that each way gets right, None without labels; `n`, how many were tried.
    Raises:
        DataError: no picture can be decoded.
        ModelError: the network gives no numbers.
    """
    known = parsed("own/tried", facts)
    chosen = known.workload
    labels_file = Path(table) if table else None
    found = own_listing(chosen, Path(folder), labels_file, known.class_of)
    files = _spread(found.files)
    results = each(lambda path: decode(path, chosen), [Path(folder) / one.file for one in files])
    pairs = [
        (one, picture)
        for one, picture in zip(files, results, strict=True)
        if not isinstance(picture, BrokenPicture)
    ]
    if not pairs:
        raise DataError("none of the pictures that were tried can be decoded; give other files")
    labels = np.array([one.label for one, _ in pairs])
    pixels = np.stack([picture for _, picture in pairs])
    right = [_share(network, chosen, pixels, labels, one) for one in normals]
    return {
        "shown": [
            {"file": one.file, "label": one.label, "picture": _uri(picture)}
            for one, picture in pairs[:: max(1, len(pairs) // MOST_SHOWN)][:MOST_SHOWN]
        ],
        "right": right if chosen.has_labels else [None for _ in right],
        "n": len(pairs),
    }


def _spread(files: Sequence[Labelled]) -> list[Labelled]:
    """Some from everywhere, so from every class where files are in their order."""
    step = max(1.0, len(files) / MOST_TRIED)
    return [files[int(at * step)] for at in range(min(len(files), MOST_TRIED))]


def _share(
    network: str, chosen: Workload, pixels: Pixels, labels: NDArray[np.int64], way: dict[str, Any]
) -> float:
    session = Session(Path(network), threads=1)
    mean, std = (np.array(way[key], np.float32)[:, None, None] for key in ("mean", "std"))
    right = 0
    for start in range(0, len(pixels), BATCH):
        part = (pixels[start : start + BATCH].astype(np.float32) / 255 - mean) / std
        scores = session.run(part.astype(np.float32))
        if not np.isfinite(scores).all():
            raise ModelError(
                "the network gives values that are not numbers (NaN or infinity) on these "
                "pictures; it is damaged, or takes other values: check mean and std"
            )
        if scores.shape != (len(part), chosen.classes):
            raise ModelError(f"the network gives {scores.shape} for {len(part)} pictures")
        right += int((scores.argmax(axis=1) == labels[start : start + BATCH]).sum())
    return right / len(pixels)


def _uri(picture: Pixels) -> str:
    channels = len(picture)
    image = Image.fromarray(picture[0] if channels == 1 else picture.transpose(1, 2, 0))
    times = max(1, round(LEAST_SIDE / max(image.size)))
    if times > 1:
        image = image.resize((image.width * times, image.height * times), Image.Resampling.NEAREST)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}"
