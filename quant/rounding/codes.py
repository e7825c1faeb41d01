"""Integer codes of a weight, and the limit that keeps them exact on every x86 processor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from quant.grid import Grid
from quant.rounding.levels import Levels
from quant.rounding.scales import Floats, Scales
from quant.rounding.shares import Steps, nearest, shares

PAIR_LIMIT = 128  # 255 * 128 = 32,640: the last sum of two products below 2**15
PAIRED = 1 << 18  # weights whose neighbours are added at once: they stay in the cache


@dataclass(frozen=True)
class Codes:
    """int8 codes (out, *in) and one positive scale a channel (out,): weight = code * scale.

    `levels` are the codes that there may be; where inputs have shares, in steps (*in), these times
    the shares.
    """

    values: NDArray[np.int8]
    scale: Floats
    levels: Levels
    shares: Steps | None = None

    def dequantised(self) -> Floats:
        return self.values.astype(np.float32) * column(self.scale, self.values.ndim)


@dataclass(frozen=True)
class Weight:
    """What a method rounds: `values` (out, *in) float32 to codes of `bits`, 2-8.

    `paired` says that the kernel may add two neighbouring products in 16 bits. `least` (out,) are
    the smallest scales with which the bias fits int32. `shares` are steps (*in), or None.
    """

    values: Floats
    bits: int
    scales: Scales
    paired: bool = False
    least: Floats | None = None
    shares: Steps | None = None

    @property
    def shared(self) -> Floats:
        """The values over the shares of their inputs: all of one spread."""
        return self.values if self.shares is None else self.values / shares(self.shares)

    def covering(self) -> Floats:
        """The smallest allowed scale (out,) that clips nothing; see `smallest_safe_scale`."""
        return self.allowed(smallest_safe_scale(self.values, self.bits, self.paired))

    def allowed(self, scale: Floats) -> Floats:
        """The next scales up that the file can hold."""
        scale = scale if self.least is None else np.maximum(scale, self.least)
        return self.scales.at_least(scale)


class Rounding(Protocol):
    """A method that looks at the weight alone."""

    def __call__(self, weight: Weight) -> Codes: ...


@dataclass(frozen=True)
class RoundedLayer:
    """Codes of a layer's weight, and the bias (out,) that goes with them; None leaves it."""

    codes: Codes
    bias: Floats | None = None


@dataclass(frozen=True)
class Learned:
    """The layers of a block, in order, and its grids where their steps were learned."""

    layers: list[RoundedLayer]
    grids: dict[str, Grid]


@dataclass(frozen=True)
class Rounded:
    """All layers of a network, by name, the scales that they share, and grids that were learned."""

    layers: Mapping[str, RoundedLayer]
    scales: Scales
    grids: Mapping[str, Grid] = field(default_factory=dict)


def column(values: Floats, ndim: int) -> Floats:
    """(out,) as (out, 1, ...)."""
    return values.reshape((-1,) + (1,) * (ndim - 1))


def largest_pair(weight: Floats) -> Floats:
    """Largest sum, by magnitude, of two neighbours of one sign along the reduction as the kernel
    reads it; (out,), in the weight's unit.

    Without VNNI, x86 kernels multiply u8 by s8 and add two neighbouring products in 16 bits, which
    saturates (VPMADDUBSW). ONNX Runtime's convolution reads (height, width, channel); an odd
    length ends in a pair with zero. Checked against its kernels in tests/rounding.
    """
    rows = np.ascontiguousarray(np.moveaxis(weight, 1, -1)).reshape(len(weight), -1)
    every = max(1, PAIRED // rows.shape[1])
    parts = [rows[start : start + every] for start in range(0, len(rows), every)]
    return np.concatenate([np.maximum(_largest(part), _largest(-part)) for part in parts])


def _largest(rows: Floats) -> Floats:
    """Largest sum of two neighbours in each row, of which those below zero do not count."""
    positive = np.maximum(rows, np.float32(0))
    even, odd = positive[:, 0::2], positive[:, 1::2]
    sums = even[:, : odd.shape[1]] + odd
    return np.asarray(np.maximum(sums.max(axis=1, initial=0), even[:, -1]), np.float32)


def smallest_safe_scale(weight: Floats, bits: int, paired: bool) -> Floats:
    """The symmetric scale that covers each channel, and keeps neighbours from saturating.

    Source: Nagel et al., A White Paper on Neural Network Quantization, eq. 7, arXiv:2106.08295.
    """
    flat = np.abs(weight).reshape(len(weight), -1)
    scale = flat.max(axis=1) / (2 ** (bits - 1) - 1)
    if paired and bits == 8:
        # half a step of rounding each may add one to the sum of the codes
        scale = np.maximum(scale, largest_pair(weight) / (PAIR_LIMIT - 1))
    return np.asarray(scale, np.float32)


def encode(
    weight: Floats,
    scale: Floats,
    levels: Levels,
    *,
    low: int | None = None,
    shares: Steps | None = None,
) -> Codes:
    """Round to the nearest level; `low` takes the place of the lowest."""
    steps = np.asarray(weight / column(scale, weight.ndim), np.float32)
    found = levels.nearest(steps) if shares is None else nearest(steps, shares, levels)
    found = found if low is None else np.maximum(found, low)
    return Codes(found.astype(np.int8), scale, levels, shares)
