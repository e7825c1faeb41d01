"""One layer's weight and bias in the file, as its widths ask."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, helper, numpy_helper

from quant.graph.layers import Layer
from quant.lower.pack import pack
from quant.rounding.codes import Codes, Floats

MOST_BIAS = 2**30  # of int32, with room for the sum of products


@dataclass
class Fragment:
    """Nodes and initializers to add, and the names that the layer's node now reads."""

    weight: str
    bias: str
    nodes: list[NodeProto] = field(default_factory=list)
    initializers: list[TensorProto] = field(default_factory=list)

    def constant(self, name: str, value: NDArray[np.generic]) -> str:
        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(self, op: str, inputs: list[str], output: str, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(op, inputs, [output], name=output, **attributes))
        return output


def channels_first(layer: Layer, weight: Floats) -> Floats:
    """The weight as (out, *in), as rounding wants it."""
    return np.ascontiguousarray(np.moveaxis(weight, layer.channel_axis, 0))


def as_stored(layer: Layer, values: NDArray[np.generic]) -> NDArray[np.generic]:
    """Back to the layout of the layer's node."""
    return np.ascontiguousarray(np.moveaxis(values, 0, layer.channel_axis))


def half(layer: Layer, weight: Floats) -> Fragment:
    """float16 on disk; the Cast to float32 is folded at load."""
    fragment = Fragment(weight=f"{layer.stored}/float", bias=layer.bias)
    fragment.constant(f"{layer.stored}/float16", weight.astype(np.float16))
    fragment.node("Cast", [f"{layer.stored}/float16"], fragment.weight, to=TensorProto.FLOAT)
    return fragment


def scaled(layer: Layer, codes: Codes, bits: int, shared: dict[str, TensorProto]) -> Fragment:
    """Integer codes on disk, float weights in memory: `Cast, Mul`, which the runtime folds.

    DequantizeLinear in its place is not folded before a Conv and would run on every inference.
    """
    fragment = _packed(layer, codes, bits, shared)
    shape = [1] * len(layer.shape)
    shape[layer.channel_axis] = -1
    scale = fragment.constant(f"{layer.stored}/scale", codes.scale.reshape(shape))
    wide = fragment.node("Cast", [fragment.weight], f"{layer.stored}/wide", to=TensorProto.FLOAT)
    fragment.weight = fragment.node("Mul", [wide, scale], f"{layer.stored}/float")
    return fragment


def integer(
    layer: Layer,
    codes: Codes,
    bits: int,
    bias: Floats | None,
    input_scale: float,
    shared: dict[str, TensorProto],
) -> Fragment:
    """int8 codes with DequantizeLinear, and the bias in int32 at input scale x weight scale.

    With any other bias scale the runtime quietly computes the layer in float.
    """
    fragment = _packed(layer, codes, bits, shared)
    scale = fragment.constant(f"{layer.stored}/scale", codes.scale)
    zero = fragment.constant(f"{layer.stored}/zero", np.zeros(len(codes.scale), np.int8))
    fragment.weight = fragment.node(
        "DequantizeLinear",
        [fragment.weight, scale, zero],
        f"{layer.stored}/dequantised",
        axis=layer.channel_axis,
    )
    if bias is not None:
        step = (np.float32(input_scale) * codes.scale).astype(np.float32)
        values = np.clip(np.rint(bias / step), -MOST_BIAS, MOST_BIAS).astype(np.int32)
        # a shared bias is written once a layer: each has scales of its own
        bias_scale = fragment.constant(f"{layer.name}/bias/scale", step)
        bias_zero = fragment.constant(f"{layer.name}/bias/zero", np.zeros(len(step), np.int32))
        fragment.bias = fragment.node(
            "DequantizeLinear",
            [fragment.constant(f"{layer.name}/bias/codes", values), bias_scale, bias_zero],
            f"{layer.name}/bias/dequantised",
            axis=0,
        )
    return fragment


def widen_for_bias(codes: Codes, weight: Floats, bias: Floats | None, input_scale: float) -> Codes:
    """Raise the scale of channels whose bias would not fit int32, and round those again.

    Batch norm folds dead channels to tiny weights beside an ordinary bias.
    """
    if bias is None:
        return codes
    least = np.abs(bias) / (np.float32(input_scale) * MOST_BIAS)
    scale = np.maximum(codes.scale, least).astype(np.float32)
    changed = scale > codes.scale
    if not changed.any():
        return codes
    values = codes.values.copy()
    shape = (-1,) + (1,) * (weight.ndim - 1)
    ratio = (codes.scale / scale).reshape(shape)
    values[changed] = np.rint(codes.values * ratio).astype(np.int8)[changed]
    return Codes(values=values, scale=scale)


def _packed(layer: Layer, codes: Codes, bits: int, shared: dict[str, TensorProto]) -> Fragment:
    name = f"{layer.stored}/codes"
    stored = as_stored(layer, codes.values).astype(np.int8)
    nodes, initializers = pack(name, stored, bits, shared)
    return Fragment(weight=name, bias=layer.bias, nodes=nodes, initializers=initializers)
