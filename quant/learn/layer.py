"""Weights of the networks that ship, with one scale for all or one for each channel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

from models.workload import WORKLOADS
from models.zoo.files import weights_file
from quant.errors import DataError
from quant.learn.levels import sqnr_db

Weights = NDArray[np.float32]

EPSILON = 1e-5  # of torch's BatchNorm
SCALE_BYTES = 4
TELLING_BITS = 4  # at which layers are told apart


@dataclass(frozen=True, eq=False, slots=True)
class Rounded:
    """(channels, weights) after rounding, with signal to noise of all and of each channel;
    `scales` is (channels, 1), or (1, 1) where all share one."""

    after: Weights
    scales: Weights
    sqnr_db: float
    by_channel_db: NDArray[np.float64]
    size_bytes: int


def networks() -> tuple[str, ...]:
    """The networks whose weights are here: in a snapshot, one."""
    return tuple(one.name for one in WORKLOADS if weights_file(one.name).is_file())


@cache
def layers(network: str) -> Mapping[str, Weights]:
    """Weights by layer, (channels, weights of each), BatchNorm folded in as it is in every file.

    Raises:
        DataError: the weights are not here.
    """
    path = weights_file(network)
    if network not in networks():
        raise DataError(f"the weights of {network} are not here; {path.name} has them")
    tensors = load_file(path)
    found = {}
    for name, weight in tensors.items():
        if name.endswith(".weight") and weight.ndim > 1:
            layer = name.removesuffix(".weight")
            found[layer] = _folded(layer, weight, tensors).reshape(len(weight), -1)
    return dict(sorted(found.items()))


@cache
def most_telling(network: str) -> str:
    """The layer that one scale for all hurts most at four bits."""

    def gain(name: str) -> float:
        weights = layers(network)[name]
        apart = rounded(weights, TELLING_BITS, per_channel=True).sqnr_db
        return apart - rounded(weights, TELLING_BITS, per_channel=False).sqnr_db

    return max(layers(network), key=gain)


def rounded(weights: Weights, bits: int, *, per_channel: bool) -> Rounded:
    """To the nearest of the symmetric levels that cover the largest weight.

    Source: Nagel et al., A White Paper on Neural Network Quantization, section 2.4.2,
    arXiv:2106.08295.
    """
    top = 2 ** (bits - 1) - 1
    reach = np.abs(weights).max(axis=1, keepdims=True) if per_channel else np.abs(weights).max()
    scales = np.maximum(np.reshape(reach, (-1, 1)) / top, 1e-12).astype(np.float32)
    after = (np.clip(np.rint(weights / scales), -top, top) * scales).astype(np.float32)
    each = np.array([sqnr_db(*pair) for pair in zip(weights, after, strict=True)])
    size = -(-weights.size * bits // 8) + SCALE_BYTES * scales.size
    return Rounded(after, scales, sqnr_db(weights, after), each, size)


def _folded(layer: str, weight: Weights, tensors: Mapping[str, Weights]) -> Weights:
    """A convolution with the BatchNorm behind it; others as they are."""
    norm = _norm_behind(layer)
    if f"{norm}.running_var" not in tensors:
        return weight
    spread = np.sqrt(tensors[f"{norm}.running_var"] + EPSILON)
    factor = tensors[f"{norm}.weight"] / spread
    return np.asarray(weight * factor.reshape(-1, *[1] * (weight.ndim - 1)), np.float32)


def _norm_behind(layer: str) -> str:
    """`stem.1` behind `stem.0`, `norm2` behind `conv2`: how our networks name them."""
    above, _, last = layer.rpartition(".")
    if last.isdecimal():
        return f"{above}.{int(last) + 1}"
    return f"{above}.{last.replace('conv', 'norm')}" if last.startswith("conv") else ""
