"""One layer's weight and bias in the file, as its widths ask."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, helper, numpy_helper

from quant.graph.layers import Layer
from quant.lower.pack import pack
from quant.rounding.codes import Codes
from quant.rounding.scales import STEP, Floats, Scales

MOST_BIAS = 2**30  # of int32, with room for the sum of products


@dataclass
class Fragment:
    """Nodes and initializers to add, and the names that the layer's node now reads."""

    weight: str
    bias: str
    common: dict[str, TensorProto]
    nodes: list[NodeProto] = field(default_factory=list)
    initializers: list[TensorProto] = field(default_factory=list)

    def constant(self, name: str, value: NDArray[np.generic]) -> str:
        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def shared(self, name: str, value: np.generic) -> str:
        """A number that all layers read; written once."""
        self.common[name] = numpy_helper.from_array(np.asarray(value), name)
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
    fragment = Fragment(weight=f"{layer.stored}/float", bias=layer.bias, common={})
    fragment.constant(f"{layer.stored}/float16", weight.astype(np.float16))
    fragment.node("Cast", [f"{layer.stored}/float16"], fragment.weight, to=TensorProto.FLOAT)
    return fragment


def scaled(
    layer: Layer, codes: Codes, bits: int, scales: Scales, shared: dict[str, TensorProto]
) -> Fragment:
    """Integer codes on disk, float weights in memory: `Cast, Mul`, which the runtime folds.

    DequantizeLinear in its place is not folded before a Conv and would run on every inference.
    """
    fragment = _packed(layer, codes, bits, shared)
    shape = [1] * len(layer.shape)
    shape[layer.channel_axis] = -1
    scale = _scale(fragment, layer, codes, scales, shape)
    wide = fragment.node("Cast", [fragment.weight], f"{layer.stored}/wide", to=TensorProto.FLOAT)
    fragment.weight = fragment.node("Mul", [wide, scale], f"{layer.stored}/float")
    return fragment


def integer(
    layer: Layer,
    codes: Codes,
    bits: int,
    bias: Floats | None,
    input_scale: tuple[str, float],
    scales: Scales,
    shared: dict[str, TensorProto],
) -> Fragment:
    """int8 codes with DequantizeLinear, and the bias in int32 at input scale x weight scale.

    With any other bias scale the runtime quietly computes the layer in float. `input_scale` is the
    name of that scale and its value.
    """
    fragment = _packed(layer, codes, bits, shared)
    scale = _scale(fragment, layer, codes, scales, [-1])
    zero = fragment.constant(f"{layer.stored}/zero", np.zeros(len(codes.scale), np.int8))
    fragment.weight = fragment.node(
        "DequantizeLinear",
        [fragment.weight, scale, zero],
        f"{layer.stored}/dequantised",
        axis=layer.channel_axis,
    )
    if bias is not None:
        source, value = input_scale
        step = (np.float32(value) * codes.scale).astype(np.float32)
        values = np.clip(np.rint(bias / step), -MOST_BIAS, MOST_BIAS).astype(np.int32)
        # a shared bias is written once a layer: each has scales of its own
        bias_scale = fragment.node("Mul", [scale, source], f"{layer.name}/bias/scale")
        bias_zero = fragment.constant(f"{layer.name}/bias/zero", np.zeros(len(step), np.int32))
        fragment.bias = fragment.node(
            "DequantizeLinear",
            [fragment.constant(f"{layer.name}/bias/codes", values), bias_scale, bias_zero],
            f"{layer.name}/bias/dequantised",
            axis=0,
        )
    return fragment


def least_scale(bias: Floats | None, input_scale: float) -> Floats | None:
    """The smallest scales (out,) at which the bias fits int32; None where there is no bias.

    Batch norm folds dead channels to tiny weights beside an ordinary bias.
    """
    if bias is None:
        return None
    return np.asarray(np.abs(bias) / (np.float32(input_scale) * MOST_BIAS), np.float32)


def _scale(fragment: Fragment, layer: Layer, codes: Codes, scales: Scales, shape: list[int]) -> str:
    """The scales, from a byte a channel: computed once, at load.

    By Pow: a Cast of bytes with a Mul behind it is not folded by OpenVINO (seen in 2026.4), which
    takes it for quantised weights, and then computes the layer in float.
    """
    base = f"{layer.stored}/scale"
    steps = fragment.constant(f"{base}/steps", scales.steps(codes.scale).reshape(shape))
    step = fragment.shared("scales/step", STEP)
    top = fragment.shared("scales/top", np.float32(scales.top))
    wide = fragment.node("Cast", [steps], f"{base}/wide", to=TensorProto.FLOAT)
    share = fragment.node("Pow", [step, wide], f"{base}/share")
    return fragment.node("Mul", [share, top], base)


def _packed(layer: Layer, codes: Codes, bits: int, shared: dict[str, TensorProto]) -> Fragment:
    name = f"{layer.stored}/codes"
    stored = as_stored(layer, codes.values).astype(np.int8)
    shares = None
    if codes.shares is not None:
        shares = np.asarray(as_stored(layer, codes.shares[None]), np.uint8)
    nodes, initializers = pack(name, stored, bits, shared, levels=codes.levels, shares=shares)
    return Fragment(name, layer.bias, shared, nodes, initializers)
