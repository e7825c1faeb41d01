"""The hard sigmoid: behind a convolution a bound on its answers, and as part of HardSwish."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from onnx import ModelProto, NodeProto, helper, numpy_helper

from quant.graph.network import Network, attribute

SLOPE, SHIFT = 1 / 6, 0.5  # of Howard et al., arXiv:1905.02244, section 5.2


@dataclass(frozen=True, slots=True)
class HardSwish:
    """x · clip(x / 6 + ½, 0, 1): the names of the node `gate` that makes the second factor and of
    the node `product`, and the tensors that go in and come out."""

    gate: str
    product: str
    gated: str
    source: str
    output: str


def hard_swishes(network: Network) -> tuple[HardSwish, ...]:
    """Every one, in network order, whose source nothing else reads."""
    found: list[HardSwish] = []
    for gate in network.nodes:
        if not is_usual(gate):
            continue
        source, product = gate.input[0], network.only_consumer(gate.output[0])
        if product is None or product.op_type != "Mul" or source in network.outputs:
            continue
        if {*product.input} != {source, gate.output[0]}:
            continue
        if {node.name for node in network.consumers[source]} == {gate.name, product.name}:
            gated, output = gate.output[0], product.output[0]
            found.append(HardSwish(gate.name, product.name, gated, source, output))
    return tuple(found)


def is_usual(node: NodeProto) -> bool:
    """Whether a node is clip(x / 6 + ½, 0, 1)."""
    if node.op_type != "HardSigmoid":
        return False
    given = attribute(node, "alpha", 0.2), attribute(node, "beta", 0.5)
    return bool(np.allclose(given, (SLOPE, SHIFT), atol=1e-6))


def spell_out(model: ModelProto) -> None:
    """Write, in place, each HardSwish as its two steps, as ONNX Runtime would itself."""
    nodes: list[NodeProto] = []
    for node in model.graph.node:
        if node.op_type != "HardSwish":
            nodes.append(node)
            continue
        [source], [output], gate = node.input, node.output, f"{node.name}/gate"
        nodes += [
            helper.make_node("HardSigmoid", [source], [gate], name=gate, alpha=SLOPE, beta=SHIFT),
            helper.make_node("Mul", [source, gate], [output], name=node.name),
        ]
    del model.graph.node[:]
    model.graph.node.extend(nodes)


def bounds_behind_layers(model: ModelProto) -> None:
    """Rewrite, in place, a hard sigmoid that alone reads a convolution: its slope and shift go into
    the convolution, and a Clip is left, which costs a quantiser nothing."""
    network = Network(model)
    nodes: list[NodeProto] = []
    for node in network.nodes:
        layer = network.producer.get(node.input[0]) if node.op_type == "HardSigmoid" else None
        if layer is None or not _may_change(layer, network):
            nodes.append(node)
            continue
        slope, shift = attribute(node, "alpha", 0.2), attribute(node, "beta", 0.5)
        _scale(model, network, layer, np.float32(slope), np.float32(shift))
        low, high = _bounds(model)
        nodes.append(
            helper.make_node("Clip", [node.input[0], low, high], list(node.output), name=node.name)
        )
    del model.graph.node[:]
    model.graph.node.extend(nodes)


def _may_change(layer: NodeProto, network: Network) -> bool:
    if layer.op_type != "Conv" or network.only_consumer(layer.output[0]) is None:
        return False
    constants = [name for name in layer.input[1:] if name]
    return all(
        network.is_constant(name) and len(network.consumers[name]) == 1 for name in constants
    )


def _scale(
    model: ModelProto, network: Network, layer: NodeProto, slope: np.float32, shift: np.float32
) -> None:
    weight = network.constant(layer.input[1]) * slope
    bias = np.zeros(len(weight), np.float32)
    if len(layer.input) > 2:
        bias = network.constant(layer.input[2])
    else:
        layer.input.append(f"{layer.output[0]}/bias")
        model.graph.initializer.append(numpy_helper.from_array(bias, layer.input[2]))
    changed = {layer.input[1]: weight, layer.input[2]: bias * slope + shift}
    for item in model.graph.initializer:
        if item.name in changed:
            item.CopyFrom(numpy_helper.from_array(changed[item.name], item.name))


def _bounds(model: ModelProto) -> tuple[str, str]:
    names = "hard_sigmoid/low", "hard_sigmoid/high"
    known = {item.name for item in model.graph.initializer}
    for name, value in zip(names, (0, 1), strict=True):
        if name not in known:
            model.graph.initializer.append(
                numpy_helper.from_array(np.asarray(value, np.float32), name)
            )
    return names
