"""Shares of inputs: how much of a channel's step each input of a layer gets.

A kernel reads int8, and a file computes it once, at load. So a code may be any function of what is
stored: here a level times the share of its input, 2 to the power of -step / 6, rounded. Inputs with
small weights are then rounded finely, which costs one byte an input and nothing in the kernel. On
EfficientNet-Lite0 at four bits, layers round 1 to 6 dB better where their inputs differ.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from quant.rounding.levels import TABLED_BITS, Levels
from quant.rounding.scales import Floats

AN_OCTAVE = 6  # steps
STEPS = 16
STRENGTH = 0.8  # 1 would give all inputs the same relative step
MOST_WEIGHTS = 1 << 22  # of a layer; unpacking a larger one would peak above 4 x its float size
ROOM = 0.0995  # bits a weight that scales and shares may take together
LEAST_STEPS = 1.0  # mean; what is more even than this is left alone

Steps = NDArray[np.uint8]


def shares(steps: Steps) -> Floats:
    """Between 1 and 0.18, of the shape of `steps`."""
    return np.asarray(2 ** (-steps.astype(np.float32) / AN_OCTAVE), np.float32)


def table(levels: Levels) -> NDArray[np.int8]:
    """(STEPS, levels): the codes there are for each share, ascending."""
    every = shares(np.arange(STEPS, dtype=np.uint8))
    return np.rint(every[:, None] * levels.array.astype(np.float32)).astype(np.int8)


def nearest(values: Floats, steps: Steps, levels: Levels) -> Floats:
    """The nearest codes to values (out, *in) in steps of their scale, for steps (*in)."""
    codes = table(levels).astype(np.float32)[steps]  # (*in, levels)
    middles = (codes[..., 1:] + codes[..., :-1]) / 2
    index = np.zeros(values.shape, np.int64)
    for one in np.moveaxis(middles, -1, 0):
        index += values > one
    every = np.broadcast_to(codes, (*values.shape, codes.shape[-1]))
    return np.asarray(np.take_along_axis(every, index[..., None], -1)[..., 0], np.float32)


def chosen(weights: Mapping[str, Floats], bits: Mapping[str, int]) -> dict[str, Steps]:
    """Steps (*in) of the layers that get shares: most first for the bytes, while there is room.

    Args:
        weights: (out, *in), by layer; those of up to 8 bits.
        bits: their widths.
    """
    total = sum(values.size for values in weights.values())
    room = ROOM * total - sum(8 * len(values) for values in weights.values())
    wanted = {
        name: _steps(values)
        for name, values in weights.items()
        if bits[name] in TABLED_BITS and values.size <= MOST_WEIGHTS
    }
    found: dict[str, Steps] = {}
    for name, steps in sorted(wanted.items(), key=lambda one: -one[1].mean() / one[1].size):
        if steps.mean() >= LEAST_STEPS and 8 * steps.size <= room:
            found[name] = steps
            room -= 8 * steps.size
    return found


def _steps(values: Floats) -> Steps:
    power = np.square(values, dtype=np.float64).mean(axis=0)
    share = (np.maximum(power, 1e-30) / max(float(power.max()), 1e-30)) ** (STRENGTH / 2)
    steps = np.clip(np.rint(-AN_OCTAVE * np.log2(share)), 0, STEPS - 1)
    return np.asarray(steps, np.uint8)
