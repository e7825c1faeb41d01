"""Where a network leaves the scale of a channel free: what one layer multiplies, others divide."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
from onnx import NodeProto

from quant.graph.layers import Layer
from quant.graph.prepared import Prepared
from quant.lower.lowering import clip_bounds

# a positive factor a channel goes through these unchanged
HOMOGENEOUS = (
    "Relu", "LeakyRelu", "MaxPool", "AveragePool", "GlobalAveragePool", "Identity", "Dropout",
)  # fmt: skip
FLATTENING = ("Flatten", "Reshape", "Squeeze")


@dataclass
class Freedom:
    """One vector of channel scales: who makes these channels, and who reads them.

    `makers` are layers, `norms` LayerNormalizations, whose outputs can be divided by the scales;
    `readers` are layers whose inputs can be multiplied. `bent` says that an
    activation function is on the way, or a sum: such a tensor cannot be shifted.
    """

    channels: int
    makers: list[Layer] = field(default_factory=list)
    norms: list[NodeProto] = field(default_factory=list)
    readers: list[Layer] = field(default_factory=list)
    tensors: list[str] = field(default_factory=list)
    bent: bool = False


def freedoms(prepared: Prepared) -> tuple[Freedom, ...]:
    """Every vector of scales that is free, in network order."""
    return tuple(_Search(prepared).found())


class _Search:
    """Joins tensors that must share their scales, and marks those that cannot have any."""

    def __init__(self, prepared: Prepared) -> None:
        self.prepared, self.network = prepared, prepared.network
        self.parent: dict[str, str] = {}
        self.fixed: set[str] = set()
        self.bends: set[str] = set()
        self.layers = {layer.node: layer for layer in prepared.layers}

    def found(self) -> Iterator[Freedom]:
        for name in (*self.network.inputs, *self.network.outputs):
            self.fix(name)
        for node in self.network.nodes:
            self.look(node)
        fixed = {self.root(name) for name in self.fixed}
        groups: dict[str, Freedom] = {}
        for node in self.network.nodes:
            layer = self.layers.get(node.name)
            if layer is not None:
                self._reader(groups, layer)
            if layer is not None or node.op_type == "LayerNormalization":
                self._maker(groups, node, layer)
        for name in self.parent:
            if self.root(name) in groups:
                groups[self.root(name)].tensors.append(name)
        for root, freedom in groups.items():
            whole = freedom.readers and (freedom.makers or freedom.norms)
            sizes = {_inputs(layer) for layer in freedom.readers} | {freedom.channels}
            if root not in fixed and whole and len(sizes) == 1:
                freedom.bent = root in {self.root(name) for name in self.bends}
                yield freedom

    def _maker(self, groups: dict[str, Freedom], node: NodeProto, layer: Layer | None) -> None:
        name = self.output_of(node, layer)
        if layer is not None:
            group = groups.setdefault(self.root(name), Freedom(layer.shape[layer.channel_axis]))
            group.makers.append(layer)
        elif self.network.is_constant(node.input[1]):
            channels = int(np.prod(self.network.constants[node.input[1]].dims))
            groups.setdefault(self.root(name), Freedom(channels)).norms.append(node)

    def _reader(self, groups: dict[str, Freedom], layer: Layer) -> None:
        root = self.root(layer.source)
        groups.setdefault(root, Freedom(_inputs(layer))).readers.append(layer)

    def output_of(self, node: NodeProto, layer: Layer | None) -> str:
        """Behind the Add that brings in a MatMul's bias, which is scaled along."""
        if layer is not None and layer.added:
            user = self.network.only_consumer(layer.output)
            if user is not None:
                return str(user.output[0])
        return str(node.output[0])

    def look(self, node: NodeProto) -> None:
        """What this node asks of the tensors that it touches."""
        layer = self.layers.get(node.name)
        data = self.network.data_inputs(node)
        if layer is not None:
            if self.shares([layer.weight, layer.bias, layer.added]):
                self.fix(layer.source)
                self.fix(self.output_of(node, layer))
        elif node.op_type == "LayerNormalization":
            self.fix(node.input[0])
            if self.shares(node.input[1:3]):
                self.fix(node.output[0])
        elif node.op_type in HOMOGENEOUS or self.is_relu(node):
            self.join(node.input[0], node.output[0])
            self.bends.add(node.output[0])
        elif node.op_type == "Add" and len(data) == 2:
            self.join(*data)
            self.join(data[0], node.output[0])
            self.bends.add(node.output[0])
        elif node.op_type in FLATTENING and self.flattens_pooled(node):
            self.join(node.input[0], node.output[0])
        elif self.adds_bias(node):
            return
        else:
            for name in (*data, *node.output):
                self.fix(name)

    def is_relu(self, node: NodeProto) -> bool:
        """A Clip at zero. One with an upper bound is not free: how far its channels stay below the
        bound is known for calibration pictures only. On EfficientNet-Lite0, scaling them to half
        of the bound there left 21 dB on other pictures."""
        return node.op_type == "Clip" and clip_bounds(node, self.network) == (0, np.inf)

    def shares(self, constants: Iterable[str]) -> bool:
        """Whether another node reads one of these too, and would be changed along."""
        return any(len(self.network.consumers[name]) > 1 for name in constants if name)

    def adds_bias(self, node: NodeProto) -> bool:
        return any(
            layer.added in node.input and layer.output in node.input
            for layer in self.prepared.layers
            if layer.added
        )

    def flattens_pooled(self, node: NodeProto) -> bool:
        """Only channels are left where the picture is one position large."""
        before = self.network.producer.get(node.input[0])
        return before is not None and before.op_type == "GlobalAveragePool"

    def fix(self, name: str) -> None:
        self.root(name)
        self.fixed.add(name)

    def root(self, name: str) -> str:
        self.parent.setdefault(name, name)
        while self.parent[name] != name:
            name = self.parent[name]
        return name

    def join(self, one: str, other: str) -> None:
        first, second = self.root(one), self.root(other)
        self.parent[second] = first


def _inputs(layer: Layer) -> int:
    """Channels that a layer reads."""
    if layer.op == "Conv":
        return layer.shape[1] * layer.groups
    return layer.shape[1 - layer.channel_axis]
