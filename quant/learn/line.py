"""Some numbers on a line: what rounding takes from them, and what clipping does."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from quant.grid import Grid, affine_grid
from quant.learn.levels import Floats

COUNT = 240
SHARES = range(10, 101, 5)  # percent of the range that the grid covers


@dataclass(frozen=True, eq=False, slots=True)
class Line:
    """`after` are the values (COUNT,) on the levels of `grid`; errors are mean squares over all
    values, of those within the grid and of those outside it: they add up to the whole error."""

    values: Floats
    after: Floats
    clipped: np.ndarray
    grid: Grid
    rounding: float
    clipping: float

    @property
    def total(self) -> float:
        return self.rounding + self.clipping


@cache
def values() -> Floats:
    """Like the inputs of a layer: many small ones, few large ones, some just below zero."""
    return np.sort(np.random.default_rng(3).lognormal(0.0, 0.7, COUNT) - 0.5)


def line(bits: int, share: int) -> Line:
    """On 2**bits levels that cover `share` percent of what there is."""
    given = values()
    grid = affine_grid(given[0] * share / 100, given[-1] * share / 100, bits)
    codes = np.clip(np.rint(given / grid.scale) + grid.zero_point, 0, grid.top)
    after = (codes - grid.zero_point) * grid.scale
    half = grid.scale / 2
    clipped = (given < grid.low - half) | (given > grid.high + half)
    squares = np.square(given - after)
    return Line(
        given, after, clipped, grid,
        float(squares[~clipped].sum() / COUNT), float(squares[clipped].sum() / COUNT),
    )  # fmt: skip


def best(bits: int) -> int:
    """The share of SHARES with the least error: what `mse` ranges look for."""
    return min(SHARES, key=lambda share: line(bits, share).total)
