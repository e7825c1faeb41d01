"""Round to nearest on the grid whose squared error is least, clipping outliers where that helps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quant.rounding.codes import Codes, Weight, encode
from quant.rounding.levels import Levels, choices
from quant.rounding.scales import AN_OCTAVE, Floats
from quant.rounding.shares import shares

SMALLEST = {2: 0.15, 3: 0.25, 4: 0.35, 5: 0.5, 6: 0.6, 7: 0.7, 8: 0.8}


def round_mse(weight: Weight) -> Codes:
    """Choose each channel's scale by search, smallest squared error of the weights first.

    At 8 bits no scale below the safe one is tried where products are paired.
    Source: Nagel et al., arXiv:2106.08295, eq. 13. Codes use all 2**bits levels.
    """
    scale, levels = search(weight)
    return encode(weight.values, scale, levels, shares=weight.shares)


@dataclass(frozen=True)
class Option:
    """Levels, with the scales (out,) of least error and these errors (out,)."""

    levels: Levels
    scale: Floats
    error: NDArray[np.float64]


def search(weight: Weight, importance: Floats | None = None) -> tuple[Floats, Levels]:
    """The scales (out,) and the levels of least error; arguments as of `options`."""
    best = min(options(weight, importance), key=lambda one: float(one.error.sum()))
    return best.scale, best.levels


def options(weight: Weight, importance: Floats | None = None) -> list[Option]:
    """The best scales for each choice of levels.

    Args:
        importance: of each weight, of the weight's shape; squared errors are weighed with it.
    """
    is_shared = weight.shares is not None
    return [
        _option(weight, importance, levels) for levels in choices(weight.bits, is_shared=is_shared)
    ]


def _option(weight: Weight, importance: Floats | None, levels: Levels) -> Option:
    """Every step from the scale that covers the channel downwards."""
    flat = weight.shared.reshape(len(weight.values), -1)
    weights = None if importance is None else importance.reshape(flat.shape)
    if weight.shares is not None:  # one step of a small share is a small step
        power = np.square(shares(weight.shares)).reshape(1, -1)
        weights = np.broadcast_to(power, flat.shape) if weights is None else weights * power
    fixed = weight.paired and weight.bits == 8
    octaves = 0.0 if fixed else -np.log2(SMALLEST[weight.bits])
    cover = weight.covering()
    if not levels.is_even:
        cover = weight.allowed(np.abs(flat).max(axis=1) / levels.high)
    best, least = cover, np.full(len(flat), np.inf)
    for index in range(int(octaves * AN_OCTAVE) + 1):
        scale = weight.allowed(cover * np.float32(2 ** (-(index + 0.5 * bool(index)) / AN_OCTAVE)))
        steps = flat / scale[:, None]
        error = (levels.nearest(steps) - steps) ** 2
        error = error if weights is None else error * weights
        loss = error.sum(axis=1, dtype=np.float64) * scale.astype(np.float64) ** 2
        better = loss < least
        best, least = np.where(better, scale, best), np.where(better, loss, least)
    return Option(levels, best.astype(np.float32), least)
