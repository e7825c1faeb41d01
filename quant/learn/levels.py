"""Values on evenly spaced levels, and what that costs."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Real = NDArray[np.floating[Any]]

DB_A_BIT = 20 * math.log10(2)  # each bit halves the step


def on_levels(values: Floats, bits: int) -> Floats:
    """Values of -1 to 1 on 2**bits levels, the same shape; none of the levels is zero (mid-rise).

    Source: Widrow & Kollár, Quantization Noise, section 1.2.
    """
    step = 2 / 2**bits
    codes = np.clip(np.floor(values / step), -(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    return np.asarray((codes + 0.5) * step)


def sqnr_db(values: Real, after: Real) -> float:
    """Signal to quantisation noise: infinite where nothing changed."""
    noise = float(np.square(values - after, dtype=np.float64).sum())
    signal = float(np.square(values, dtype=np.float64).sum())
    return math.inf if noise == 0 else 10 * math.log10(max(signal, 1e-300) / noise)


def expected_db(values: Floats, bits: int) -> float:
    """What the rule of thumb says of values that reach from -1 to 1: 6.02 b + 10 log10(3 p), where
    p is their mean square; 6.02 b + 1.76 dB for a sine at full scale. An approximation: it takes
    the error as even over a step.

    Source: Bennett, Spectra of Quantized Signals, BSTJ 27 (1948).
    """
    return DB_A_BIT * bits + offset_db(values)


def offset_db(values: Floats) -> float:
    """The constant of that rule; 1.76 dB for a sine at full scale."""
    return 10 * math.log10(3 * float(np.square(values).mean()))
