"""The quantisable layers of a network: Conv, Gemm and MatMul with constant weights."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from onnx import ModelProto, NodeProto

from quant.graph.fold import shapes_of
from quant.graph.network import Network, attribute

LAYER_OPS = ("Conv", "Gemm", "MatMul")


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer. `weight` and `bias` name initializers, `source` and `output` tensors.

    `channel_axis` is the axis of the weight that holds output channels; `macs` are multiply-adds
    for one picture; `groups` is 1 but for grouped and depthwise convolutions. `added` names the
    initializer that an Add behind a MatMul brings in as its bias.
    """

    name: str
    node: str
    op: str
    weight: str
    bias: str
    source: str
    output: str
    shape: tuple[int, ...]
    channel_axis: int
    groups: int
    macs: int
    added: str = ""

    @property
    def stored(self) -> str:
        """What the file's tensors of this layer are named after; two layers may share a weight."""
        return f"{self.name}.weight"

    @property
    def parameters(self) -> int:
        return prod(self.shape)


def layers_of(model: ModelProto) -> tuple[Layer, ...]:
    """Every quantisable layer in network order; a weight that two nodes share is two layers."""
    network, shapes = Network(model), shapes_of(model)
    found: list[Layer] = []
    for node in network.nodes:
        if _is_layer(node, network):
            found.append(_layer(node, network, shapes, {layer.name for layer in found}))
    return tuple(found)


def _is_layer(node: NodeProto, network: Network) -> bool:
    if node.op_type not in LAYER_OPS or not network.is_constant(node.input[1]):
        return False
    if network.is_constant(node.input[0]):
        return False
    if node.op_type == "MatMul":
        return len(network.constants[node.input[1]].dims) == 2
    if node.op_type == "Gemm":
        plain = attribute(node, "alpha", 1.0) == 1.0 and attribute(node, "beta", 1.0) == 1.0
        return plain and not attribute(node, "transA", 0)
    return True


def _layer(
    node: NodeProto, network: Network, shapes: dict[str, tuple[int, ...]], taken: set[str]
) -> Layer:
    weight = node.input[1]
    shape = tuple(network.constants[weight].dims)
    bias = node.input[2] if len(node.input) > 2 else ""
    transposed = node.op_type == "Gemm" and attribute(node, "transB", 0)
    channel_axis = 0 if node.op_type == "Conv" or transposed else len(shape) - 1
    added = _added(node, network, shape[channel_axis]) if node.op_type == "MatMul" else ""
    named = added if added.endswith(".bias") else weight
    name = named.removesuffix(".bias").removesuffix(".weight")
    return Layer(
        name=name if name not in taken else f"{name}@{node.name}",
        node=node.name,
        op=node.op_type,
        weight=weight,
        bias=bias if network.is_constant(bias) else "",
        source=node.input[0],
        output=node.output[0],
        shape=shape,
        channel_axis=channel_axis,
        groups=int(attribute(node, "group", 1)),
        macs=_macs(shape, shapes.get(node.output[0], ())),
        added=added,
    )


def _added(node: NodeProto, network: Network, channels: int) -> str:
    """The bias of a MatMul, which exporters write as an Add; its name tells the layer's."""
    user = network.only_consumer(node.output[0])
    if user is None or user.op_type != "Add":
        return ""
    constants = [name for name in user.input if network.is_constant(name)]
    if len(constants) != 1 or tuple(network.constants[constants[0]].dims) != (channels,):
        return ""
    return str(constants[0])


def _macs(weight: tuple[int, ...], output: tuple[int, ...]) -> int:
    """Multiply-adds a picture: weights times the positions that each is used at.

    `output` is for one picture, whichever axis holds the pictures: attention in windows has them
    all along the first axis.
    """
    channel = 1 if len(weight) > 2 else len(output) - 1
    positions = prod(size for axis, size in enumerate(output) if axis != channel)
    return prod(weight) * max(positions, 1)
