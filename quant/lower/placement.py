"""Which tensors are quantised, at what width: decided once, before any node is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from onnx import NodeProto

from quant.graph.layers import Layer
from quant.graph.network import Network

INTEGER_OPS = ("Add", "Mul", "Concat", "AveragePool", "GlobalAveragePool", "Sigmoid", "Softmax")
PASSING_OPS = ("MaxPool", "Reshape", "Flatten", "Transpose", "Squeeze", "Unsqueeze")
ABSORBED_OPS = ("Relu", "Clip")
WIDE = 8  # the network's input, residual sums and Softmax outputs


@dataclass(frozen=True)
class Placement:
    """`widths` of every quantised tensor; `passed` maps a tensor to the one whose grid it keeps."""

    widths: dict[str, int]
    passed: dict[str, str]


def candidates(network: Network, layers: tuple[Layer, ...]) -> list[str]:
    """Every tensor that some recipe quantises, in network order: what calibration watches."""
    every = place(network, layers, {layer.name: WIDE for layer in layers})
    order = [*network.inputs, *(name for node in network.nodes for name in node.output)]
    return [name for name in order if name in every.widths]


def place(network: Network, layers: tuple[Layer, ...], activations: Mapping[str, int]) -> Placement:
    """Choose tensors and widths from the activation width of each layer.

    A layer that is missing from `activations` keeps its input in float.
    """
    quantised = [layer for layer in layers if layer.name in activations]
    by_node = {layer.node: layer for layer in quantised}
    needed: set[str] = set()
    for node in network.nodes:
        if node.name in by_node:
            needed.add(by_node[node.name].source)
            if node.op_type == "Conv":  # no kernel takes integers and gives float
                needed.add(settled(network, node.output[0]))
        elif quantised and is_integer(node, network):
            needed.update(network.data_inputs(node))
            needed.add(settled(network, node.output[0]))
    passed = _pass_on(network, needed)
    widths = dict.fromkeys(needed, WIDE)
    for layer in quantised:
        for name in _chain(layer.source, passed):
            if not _stays_wide(network, name):
                widths[name] = _width(name, layer, quantised, activations, passed)
    for name in needed:
        widths[name] = widths[_root(name, passed)]
    return Placement(widths=widths, passed=passed)


def is_integer(node: NodeProto, network: Network) -> bool:
    """Whether an operation without weights has an integer kernel for these inputs."""
    data = network.data_inputs(node)
    constant = len(data) < len([name for name in node.input if name])
    if node.op_type not in INTEGER_OPS or constant:
        return False
    return all(network.is_float(name) for name in (*data, *node.output))


def settled(network: Network, name: str) -> str:
    """The tensor after an activation that only saturates: there the quantiser stands."""
    user = network.only_consumer(name)
    if user is not None and user.op_type in ABSORBED_OPS and user.input[0] == name:
        return str(user.output[0])
    return name


def _pass_on(network: Network, needed: set[str]) -> dict[str, str]:
    """Extend `needed` through operations that only move values; both sides share a grid."""
    passed: dict[str, str] = {}
    for node in reversed(network.nodes):
        if node.op_type in PASSING_OPS and node.output[0] in needed:
            passed[node.output[0]] = node.input[0]
            needed.add(node.input[0])
    return passed


def _chain(name: str, passed: Mapping[str, str]) -> list[str]:
    names = [name]
    while names[-1] in passed:
        names.append(passed[names[-1]])
    return names


def _root(name: str, passed: Mapping[str, str]) -> str:
    return _chain(name, passed)[-1]


def _width(
    name: str,
    layer: Layer,
    layers: list[Layer],
    activations: Mapping[str, int],
    passed: Mapping[str, str],
) -> int:
    """Layers that read one tensor share its grid, at the widest of their widths."""
    root = _root(name, passed)
    readers = [other for other in layers if _root(other.source, passed) == root]
    return max([activations[other.name] for other in readers] or [activations[layer.name]])


def _stays_wide(network: Network, name: str) -> bool:
    if name in network.inputs:
        return True
    node = network.producer.get(name)
    while node is not None and node.op_type in (*ABSORBED_OPS, *PASSING_OPS):
        if node.input[0] in network.inputs:
            return True
        node = network.producer.get(node.input[0])
    if node is None:
        return True
    residual = node.op_type == "Add" and len(network.data_inputs(node)) == 2
    return residual or node.op_type == "Softmax"
