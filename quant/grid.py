"""Grids for activations: 2**bits unsigned levels, affine, one scale a tensor."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from quant.errors import InvalidRecipe


@dataclass(frozen=True, slots=True)
class Grid:
    """Levels 0 to 2**bits - 1; value = (level - zero_point) * scale. Zero is always a level."""

    scale: float
    zero_point: int
    bits: int

    @property
    def top(self) -> int:
        return int(2**self.bits - 1)

    @property
    def low(self) -> float:
        return -self.zero_point * self.scale

    @property
    def high(self) -> float:
        return (self.top - self.zero_point) * self.scale


def affine_grid(low: float, high: float, bits: int) -> Grid:
    """The grid that covers [low, high], widened so that zero is one of its levels.

    Args:
        low, high: range to cover, in the tensor's unit.
        bits: 2-8.
    Raises:
        InvalidRecipe: bits out of range, or a range that is not finite.
    Source: Jacob et al., arXiv:1712.05877, section 3.
    """
    if not 2 <= bits <= 8:
        raise InvalidRecipe(f"a grid has 2 to 8 bits; got {bits}")
    if not np.isfinite([low, high]).all():
        raise InvalidRecipe(f"a grid needs a finite range; got {low} to {high}")
    low, high = min(low, 0.0), max(high, 0.0)
    top = 2**bits - 1
    scale = float(np.float32(max((high - low) / top, 1e-12)))
    return Grid(scale=scale, zero_point=int(np.clip(round(-low / scale), 0, top)), bits=bits)
