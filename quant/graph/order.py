"""Layers on tokens come before tokens are put in another order."""

from __future__ import annotations

from onnx import ModelProto, NodeProto

from quant.graph.network import Network, attribute


def layers_before_moves(model: ModelProto) -> None:
    """Move, in place, a Transpose that leaves the last axis alone behind the MatMul that reads it.

    torch's MultiheadAttention turns (pictures, tokens, channels) round before it projects them, and
    so hides from LayerNorm which layer reads it, and from all which axis holds the pictures.
    """
    network = Network(model)
    behind: dict[str, NodeProto] = {}  # the node that a Transpose now follows, by name
    moved: set[str] = set()
    for turn in network.nodes:
        layer = network.only_consumer(turn.output[0]) if turn.op_type == "Transpose" else None
        if layer is None or not _keeps_last(turn) or not _is_layer(layer, network, turn.output[0]):
            continue
        last = _with_bias(layer, network)
        result = last.output[0]
        if result in network.outputs:
            continue
        source = turn.input[0]
        layer.input[0] = source
        last.output[0] = f"{result}/in_order"
        if last is not layer:
            layer.output[0] = f"{result}/product"
            at = 0 if not network.is_constant(last.input[0]) else 1
            last.input[at] = layer.output[0]
        turn.input[0], turn.output[0] = last.output[0], result
        behind[last.name] = turn
        moved.add(turn.name)
    nodes: list[NodeProto] = []
    for node in network.nodes:
        if node.name not in moved:
            nodes.append(node)
        if node.name in behind:
            nodes.append(behind[node.name])
    del model.graph.node[:]
    model.graph.node.extend(nodes)


def _keeps_last(turn: NodeProto) -> bool:
    axes = list(attribute(turn, "perm", []))
    return len(axes) > 2 and axes[-1] == len(axes) - 1


def _is_layer(layer: NodeProto, network: Network, source: str) -> bool:
    weight = layer.input[1] if layer.op_type == "MatMul" else ""
    is_matrix = network.is_constant(weight) and len(network.constants[weight].dims) == 2
    return is_matrix and layer.input[0] == source


def _with_bias(layer: NodeProto, network: Network) -> NodeProto:
    """The Add that brings in the bias of a layer, or the layer."""
    user = network.only_consumer(layer.output[0])
    if user is None or user.op_type != "Add":
        return layer
    constants = [name for name in user.input if network.is_constant(name)]
    one = len(constants) == 1 and len(network.constants[constants[0]].dims) == 1
    return user if one else layer
