"""Batch norm and average pooling as what they are: depthwise convolutions with given weights."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray
from onnx import NodeProto

from quant.graph.network import Network, attribute

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Affine:
    """Each channel times `factor`, plus `shift`, both (channels,), summed over a window.

    `attributes` are those of the convolution.
    """

    factor: Floats
    shift: Floats
    kernel: tuple[int, ...]
    attributes: dict[str, list[int]]


def is_depthwise(node: NodeProto, network: Network) -> bool:
    """Whether a node is one of these, on tensors of pictures (n, c, h, w)."""
    if node.op_type == "BatchNormalization":
        constant = all(network.is_constant(name) for name in node.input[1:])
        return constant and len(node.output) == 1 and not attribute(node, "training_mode", 0)
    if node.op_type != "AveragePool" or attribute(node, "ceil_mode", 0):
        return False
    plain = attribute(node, "auto_pad", b"NOTSET") == b"NOTSET"
    whole = attribute(node, "count_include_pad", 0) or not any(attribute(node, "pads", []))
    return bool(plain and whole)


def affine(node: NodeProto, network: Network, channels: int) -> Affine:
    """What such a node does to `channels` channels."""
    if node.op_type == "AveragePool":
        kernel = tuple(attribute(node, "kernel_shape", []))
        taken = {
            item: list(attribute(node, item, []))
            for item in ("kernel_shape", "pads", "strides", "dilations")
            if attribute(node, item, [])
        }
        return Affine(np.full(channels, 1 / prod(kernel)), np.zeros(channels), kernel, taken)
    scale, shift, mean, variance = (
        network.constant(name).astype(np.float64) for name in node.input[1:5]
    )
    factor = scale / np.sqrt(variance + attribute(node, "epsilon", 1e-5))
    return Affine(factor, shift - mean * factor, (1, 1), {"kernel_shape": [1, 1]})
