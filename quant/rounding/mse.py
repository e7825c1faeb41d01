"""Round to nearest on the grid whose squared error is least, clipping outliers where that helps."""

from __future__ import annotations

import numpy as np

from quant.rounding.codes import Codes, Floats, encode, smallest_safe_scale

CANDIDATES = 48
SMALLEST = {2: 0.15, 3: 0.25, 4: 0.35, 5: 0.5, 6: 0.6, 7: 0.7, 8: 0.8}


def round_mse(weight: Floats, bits: int, paired: bool) -> Codes:
    """Choose each channel's scale by search, smallest squared error of the weights first.

    Args:
        weight: (out, *in), float32.
        bits: 2-8.
        paired: see `Rounding`; at 8 bits no scale below the safe one is tried.
    Source: Nagel et al., arXiv:2106.08295, eq. 13. Codes use all 2**bits levels.
    """
    flat = weight.reshape(len(weight), -1)
    cover = smallest_safe_scale(weight, bits, paired)
    high = 2 ** (bits - 1) - 1
    low = -high if bits == 8 else -high - 1
    smallest = 1.0 if paired and bits == 8 else SMALLEST[bits]
    best = cover
    least = np.full(len(flat), np.inf, np.float32)
    for ratio in np.linspace(1.0, smallest, 1 if smallest == 1.0 else CANDIDATES):
        scale = (cover * np.float32(ratio)).astype(np.float32)
        steps = flat / scale[:, None]
        error = np.clip(np.rint(steps), low, high) - steps
        loss = np.einsum("ij,ij->i", error, error) * scale**2
        better = loss < least
        best, least = np.where(better, scale, best), np.where(better, loss, least)
    return encode(weight, best.astype(np.float32), low, high)
