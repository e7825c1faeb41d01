"""Pictures in few bits: a view that is computed, and pictures of Fashion-MNIST that ship."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]

SHEET = Path(__file__).with_name("pictures.png")  # ten report pictures, a class each, in a row
SIDE = 28
HEIGHT, WIDTH = 240, 360
VIEW = "A view"
SHOWN = 360  # pixels, of the longer side at least
MOST = 255


@dataclass(frozen=True, slots=True)
class Posterised:
    """`error` is the root mean square of the differences, in grey levels of 255; `size_bytes`
    that of the codes without a header, and `full_bytes` that of eight bits."""

    pixels: Pixels
    error: float
    size_bytes: int
    full_bytes: int
    colours: int


def posterised(pixels: Pixels, bits: int) -> Posterised:
    """Each channel of (height, width[, 3]) on 2**bits levels from black to white."""
    top = 2**bits - 1
    codes = np.rint(pixels / MOST * top)
    after = np.rint(codes / top * MOST).astype(np.uint8)
    error = float(np.sqrt(np.square(pixels.astype(float) - after).mean()))
    colours = len(np.unique(after.reshape(-1, after.shape[2] if after.ndim > 2 else 1), axis=0))
    return Posterised(after, error, -(-pixels.size * bits // 8), pixels.size, colours)


def pictures() -> tuple[Pixels, ...]:
    """The ten that ship, (28, 28) each, in the order of their classes."""
    with Image.open(SHEET) as sheet:
        row = np.asarray(sheet.convert("L"))
    return tuple(row[:, SIDE * at : SIDE * (at + 1)] for at in range(row.shape[1] // SIDE))


@cache
def view() -> Pixels:
    """Hills below an evening sky, (240, 360, 3): soft ramps, which few levels break into bands."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    down = (y / HEIGHT)[..., None]
    high, low = np.array([38.0, 72, 138]), np.array([252.0, 190, 128])
    picture = high + (low - high) * down**1.3
    sun = np.exp(-np.hypot(x - 250, y - 118) / 34)[..., None]
    picture = picture + sun * np.array([120.0, 90, 30])
    rng = np.random.default_rng(7)
    for depth, colour in enumerate(((116, 104, 138), (72, 82, 102), (34, 58, 56))):
        top = 132 + 34 * depth + _ridge(rng, 26 - 4 * depth)
        inside = (y >= top)[..., None]
        shade = 1.18 - 0.5 * np.clip((y - top) / 110, 0, 1)[..., None]
        picture = np.where(inside, np.array(colour, float) * shade, picture)
    noisy = picture + rng.normal(0, 1.5, picture.shape)
    return np.asarray(np.clip(noisy, 0, MOST), np.uint8)


def magnified(pixels: Pixels) -> bytes:
    """As a PNG at least SHOWN wide, its pixels sharp."""
    times = max(1, -(-SHOWN // max(pixels.shape[:2])))
    large = pixels.repeat(times, axis=0).repeat(times, axis=1)
    buffer = io.BytesIO()
    Image.fromarray(large).save(buffer, "PNG")
    return buffer.getvalue()


def _ridge(rng: np.random.Generator, height: float) -> NDArray[np.float64]:
    """A line of hills, (WIDTH,): waves, each twice as quick and half as high as the one before."""
    x = np.arange(WIDTH) / WIDTH
    line = np.zeros(WIDTH)
    for octave in range(6):
        phase = rng.uniform(0, 2 * np.pi)
        line += height / 2**octave * np.sin(2 * np.pi * 1.3 * 2**octave * x + phase)
    return line
