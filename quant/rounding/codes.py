"""Integer codes of a weight, and the limit that keeps them exact on every x86 processor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
LEAST_SCALE = 1e-30  # of a channel of zeros
PAIR_LIMIT = 128  # 255 * 128 = 32,640: the last sum of two products below 2**15


@dataclass(frozen=True)
class Codes:
    """int8 codes (out, *in) and one positive scale a channel (out,): weight = code * scale."""

    values: NDArray[np.int8]
    scale: Floats

    def dequantised(self) -> Floats:
        shape = (-1,) + (1,) * (self.values.ndim - 1)
        return self.values.astype(np.float32) * self.scale.reshape(shape)


class Rounding(Protocol):
    """A method: weight (out, *in) float32 and a width of 2-8 to codes.

    `paired` says that the kernel may add two neighbouring products in 16 bits.
    """

    def __call__(self, weight: Floats, bits: int, paired: bool) -> Codes: ...


def pairs(codes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Neighbours along the reduction as the kernel reads it: (out, pairs, 2).

    Without VNNI, x86 kernels multiply u8 by s8 and add two neighbouring products in 16 bits, which
    saturates (VPMADDUBSW). ONNX Runtime's convolution reads (height, width, channel); an odd
    length ends in a pair with zero. Checked against its kernels in tests/rounding.
    """
    rows = np.ascontiguousarray(np.moveaxis(codes, 1, -1)).reshape(len(codes), -1)
    rows = np.concatenate([rows, np.zeros((len(rows), rows.shape[1] % 2), np.float32)], axis=1)
    grouped: NDArray[np.float32] = rows.reshape(len(codes), -1, 2).astype(np.float32)
    return grouped


def largest_pair(weight: Floats) -> Floats:
    """Largest sum, by magnitude, of two neighbours of one sign; (out,), in the weight's unit."""
    both = pairs(weight)
    positive = np.maximum(both, 0).sum(axis=2).max(axis=1)
    negative = np.maximum(-both, 0).sum(axis=2).max(axis=1)
    return np.asarray(np.maximum(positive, negative), np.float32)


def smallest_safe_scale(weight: Floats, bits: int, paired: bool) -> Floats:
    """The symmetric scale that covers each channel, and keeps neighbours from saturating.

    Source: Nagel et al., A White Paper on Neural Network Quantization, eq. 7, arXiv:2106.08295.
    """
    flat = np.abs(weight).reshape(len(weight), -1)
    scale = flat.max(axis=1) / (2 ** (bits - 1) - 1)
    if paired and bits == 8:
        # half a step of rounding each may add one to the sum of the codes
        scale = np.maximum(scale, largest_pair(weight) / (PAIR_LIMIT - 1))
    return np.asarray(np.maximum(scale, LEAST_SCALE), np.float32)


def encode(weight: Floats, scale: Floats, low: int, high: int) -> Codes:
    """Round to the nearest code in [low, high], ties to even."""
    shape = (-1,) + (1,) * (weight.ndim - 1)
    values = np.clip(np.rint(weight / scale.reshape(shape)), low, high).astype(np.int8)
    return Codes(values=values, scale=scale)
