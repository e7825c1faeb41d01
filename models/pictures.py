"""From a file to pixels: the square in the middle that the network sees."""

from __future__ import annotations

import hashlib
import os
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from models.workload import Workload

Pixels = NDArray[np.uint8]
MOST_SCALED = 10_000_000
MOST_PIXELS = 89_478_485  # where Pillow begins to suspect a decompression bomb
Result = TypeVar("Result")
SCALING = "centre crop, then bicubic"  # part of every fingerprint: change it with `decode`
RESAMPLING = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}
AHEAD = 256  # files decoded before any is consumed; bounds memory


class BrokenPicture(Exception):
    """Why a file gives no picture, as the end of a sentence that begins with its name."""


def digest(path: Path) -> str:
    """SHA-256 of the file's bytes; BrokenPicture when it is empty or unreadable."""
    try:
        with path.open("rb") as stream:
            if not os.fstat(stream.fileno()).st_size:
                raise BrokenPicture("is empty")
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as exc:
        raise BrokenPicture(f"cannot be read ({exc.strerror})") from exc


def decode(path: Path, workload: Workload) -> Pixels:
    """The central square, scaled to the network's input as its workload says.

    Returns:
        (channels, height, width) uint8.
    Raises:
        BrokenPicture: the file cannot be decoded to its end.
    """
    channels, height, width = workload.input_shape
    try:
        with Image.open(path) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise BrokenPicture(f"has more than {MOST_PIXELS:,} pixels")
            mode = "L" if channels == 1 else "RGB"
            square = _scaler(workload)(picture, workload, mode)
        return np.asarray(square).reshape(height, width, channels).transpose(2, 0, 1)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as exc:
        raise BrokenPicture(f"has more than {MOST_PIXELS:,} pixels") from exc
    except UnidentifiedImageError as exc:
        raise BrokenPicture("is not a picture that can be read") from exc
    except BrokenPicture:
        raise
    except Exception as exc:  # a damaged file makes Pillow raise almost anything
        raise BrokenPicture(f"is damaged ({_first_line(exc)})") from exc


def _scaler(workload: Workload) -> Callable[[Image.Image, Workload, str], Image.Image]:
    if workload.fit == "stretch":
        return _stretched
    return _resized if workload.resize else _cropped


def scaling(workload: Workload) -> tuple[object, ...]:
    """All that decides which pixels a file gives."""
    shape = workload.input_shape
    if workload.fit == "stretch":
        return (shape, "the whole, bicubic")
    if workload.resize:
        return (shape, workload.resize, workload.interpolation, "resize, then centre crop")
    return (shape, workload.crop_fraction, SCALING)


def _stretched(picture: Image.Image, workload: Workload, mode: str) -> Image.Image:
    """The whole picture, whatever its shape."""
    _, height, width = workload.input_shape
    return picture.convert(mode).resize((width, height), Image.Resampling.BICUBIC)


def _cropped(picture: Image.Image, workload: Workload, mode: str) -> Image.Image:
    """The centre, cut first and then scaled (bicubic, antialiased), as EfficientNet's authors do.

    Source: after `_decode_and_center_crop` in efficientnet/preprocessing.py of
        github.com/tensorflow/tpu.
    """
    _, height, width = workload.input_shape
    side = max(1, round(min(picture.size) * workload.crop_fraction))
    left, top = (picture.width - side) // 2, (picture.height - side) // 2
    square = picture.crop((left, top, left + side, top + side)).convert(mode)
    if square.size != (width, height):
        square = square.resize((width, height), Image.Resampling.BICUBIC)
    return square


def _resized(picture: Image.Image, workload: Workload, mode: str) -> Image.Image:
    """The centre of the scaled picture, as torchvision's presets do, to the same pixels.

    Of a picture that scaling would make huge, one pixel high perhaps, only the centre is scaled.

    Source: `torchvision.transforms._presets.ImageClassification`.
    """
    _, height, width = workload.input_shape
    how, short = RESAMPLING[workload.interpolation], min(picture.size)
    whole = [int(workload.resize * side / short) for side in picture.size]
    left, top = round((whole[0] - width) / 2), round((whole[1] - height) / 2)
    square = (left, top, left + width, top + height)
    picture = picture.convert(mode)
    if whole[0] * whole[1] <= MOST_SCALED:
        return picture.resize((whole[0], whole[1]), how).crop(square)
    back = [side / scaled for side, scaled in zip(picture.size, whole, strict=True)] * 2
    part = tuple(place * scale for place, scale in zip(square, back, strict=True))
    return picture.resize((width, height), how, box=part)  # type: ignore[arg-type]


def each(work: Callable[[Path], Result], paths: Sequence[Path]) -> Iterator[Result | BrokenPicture]:
    """`work(path)` in the order of `paths`, in a few threads; a broken picture is a result too."""

    def attempt(path: Path) -> Result | BrokenPicture:
        try:
            return work(path)
        except BrokenPicture as broken:
            return broken

    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        for start in range(0, len(paths), AHEAD):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # Pillow's remarks on metadata
                warnings.simplefilter("error", Image.DecompressionBombWarning)
                done = list(pool.map(attempt, paths[start : start + AHEAD]))
            yield from done


def _first_line(exc: Exception) -> str:
    text = "".join(letter if letter.isprintable() else "?" for letter in str(exc).split("\n")[0])
    return text[:80] or type(exc).__name__
