"""Weights of layers as matrices over input channels, and networks with other constants."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, numpy_helper

from quant.graph.layers import Layer
from quant.graph.network import Network
from quant.rounding.scales import Floats


@dataclass
class Constants:
    """The initializers of a network, some of them with other values."""

    network: Network
    changed: dict[str, Floats] = field(default_factory=dict)

    def value(self, name: str) -> Floats:
        if name in self.changed:
            return self.changed[name]
        return self.network.constant(name).astype(np.float32)

    def scale(self, name: str, factor: Floats, axis: int = 0) -> None:
        """Multiply along one axis."""
        value = self.value(name)
        shape = [1] * value.ndim
        shape[axis] = -1
        self.changed[name] = np.asarray(value * factor.reshape(shape), np.float32)

    def scale_inputs(self, layer: Layer, factor: Floats) -> None:
        """Multiply a layer's weight along its input channels (channels,)."""
        if layer.op != "Conv":
            self.scale(layer.weight, factor, 1 - layer.channel_axis)
        elif layer.groups == 1:
            self.scale(layer.weight, factor, 1)
        else:
            weight = self.value(layer.weight)
            each = factor.reshape(layer.groups, -1)
            by_row = np.repeat(each, weight.shape[0] // layer.groups, axis=0)
            shape = (*weight.shape[:2], *[1] * (weight.ndim - 2))
            self.changed[layer.weight] = np.asarray(weight * by_row.reshape(shape), np.float32)

    def model(self, model: ModelProto) -> ModelProto:
        """A copy of the model with the changed values."""
        copy = ModelProto()
        copy.CopyFrom(model)
        for item in copy.graph.initializer:
            if item.name in self.changed:
                values: NDArray[np.float32] = np.ascontiguousarray(self.changed[item.name])
                item.CopyFrom(numpy_helper.from_array(values, item.name))
        return copy


def rows_of(layer: Layer, constants: Constants) -> Floats:
    """(rows, input channels): kernel positions are rows too, and absent inputs are zeros."""
    weight = np.moveaxis(constants.value(layer.weight), layer.channel_axis, 0)
    out, each = weight.shape[:2]
    flat = np.moveaxis(weight.reshape(out, each, -1), 1, 2)  # (out, positions, in)
    if layer.groups == 1:
        return np.ascontiguousarray(flat.reshape(-1, each))
    per_group, positions = out // layer.groups, flat.shape[1]
    full = np.zeros((per_group * positions, each * layer.groups), np.float32)
    for group in range(layer.groups):
        own = flat[group * per_group : (group + 1) * per_group]
        full[:, group * each : (group + 1) * each] = own.reshape(-1, each)
    return full


def answers_to(layer: Layer, shift: Floats, constants: Constants) -> Floats:
    """(out,): what a layer without padding answers to inputs that are `shift` (channels,)
    everywhere."""
    weight = np.moveaxis(constants.value(layer.weight), layer.channel_axis, 0)
    out, each = weight.shape[:2]
    summed = weight.reshape(out, each, -1).sum(2)
    vector = np.asarray(shift, np.float32).reshape(layer.groups, each)
    grouped = summed.reshape(layer.groups, out // layer.groups, each)
    return np.asarray(np.einsum("goi,gi->go", grouped, vector).reshape(out), np.float32)
