"""A lowered file as OpenVINO executes it in integers, with the same codes, scales and grids.

What is packed stays packed: OpenVINO (seen in 2026.4) folds the look-ups at load. It does not fold
a BitwiseOr, so that planes are joined by an Add, which ONNX Runtime has for int8 in late versions
only (1.32 has it).

ONNX Runtime's integer kernels give integers, so there each tensor between two of them is quantised.
OpenVINO's give float where that is read, for nothing: a quantiser in front of a sum or an
activation costs accuracy and, where a sum is fused into a convolution, is left out by OpenVINO
unasked.
"""

from __future__ import annotations

from collections.abc import Iterable

from onnx import ModelProto, NodeProto, TensorProto, helper

from quant.graph.network import Network, attribute
from quant.lower.hard import with_hard_swish

ELEMENTWISE = (
    "Add", "Sub", "Mul", "Div", "Relu", "Clip", "Sigmoid", "HardSigmoid", "HardSwish", "Tanh",
)  # fmt: skip


def defined(model: ModelProto) -> ModelProto:
    """The file's mathematics: only what layers read is quantised. Any runtime can execute it."""
    copy = with_hard_swish(_copied(model))
    network = Network(copy)
    renamed = {
        last.output[0]: first.input[0]
        for first, last in _quantisers(network)
        if _needless(last.output[0], network)
    }
    _replace(copy, [_reading(node, renamed) for node in copy.graph.node])
    return with_hard_swish(copy)


def executed(model: ModelProto) -> ModelProto:
    """The same, with what OpenVINO folds at load."""
    copy = _copied(model)
    constant = {item.name for item in copy.graph.initializer}
    nodes: list[NodeProto] = []
    network = Network(copy)
    for node in copy.graph.node:
        if set(node.input) <= constant:
            constant.update(node.output)
            if node.op_type == "BitwiseOr":  # of bits that do not overlap
                node.op_type = "Add"
            elif _widens_for_convolutions(node, network):
                nodes.append(_widened(node))
        nodes.append(node)
    _replace(copy, nodes)
    return copy


def _widens_for_convolutions(node: NodeProto, network: Network) -> bool:
    """Whether a Cast begins the float weight of convolutions.

    Straight to float, OpenVINO takes it for a weight that is to stay small in memory, and casts it
    anew in every run; a matrix product has a kernel for that, a convolution has none.
    """
    if node.op_type != "Cast" or attribute(node, "to", 0) != TensorProto.FLOAT:
        return False
    scaling = network.only_consumer(node.output[0])
    if scaling is None or scaling.op_type != "Mul" or not node.input[0].endswith("/codes"):
        return False
    return all(one.op_type == "Conv" for one in network.consumers[scaling.output[0]])


def _widened(node: NodeProto) -> NodeProto:
    [source] = node.input
    node.input[0] = f"{source}/whole"
    return helper.make_node(
        "Cast", [source], [f"{source}/whole"], name=f"{source}/whole", to=TensorProto.INT32
    )


def _quantisers(network: Network) -> Iterable[tuple[NodeProto, NodeProto]]:
    """The first and the last node of what quantises a tensor and gives it as float again."""
    for last in network.nodes:
        if last.op_type != "DequantizeLinear":
            continue
        first = network.producer.get(last.input[0])
        if first is not None and first.op_type == "Clip":
            first = network.producer.get(first.input[0])
        if first is not None and first.op_type == "QuantizeLinear":
            yield first, last


def _needless(name: str, network: Network) -> bool:
    """Whether nothing but elementwise operations reads a tensor."""
    readers = network.consumers[name]
    return bool(readers) and all(one.op_type in ELEMENTWISE for one in readers)


def _reading(node: NodeProto, renamed: dict[str, str]) -> NodeProto:
    for index in range(len(node.input)):
        while node.input[index] in renamed:
            node.input[index] = renamed[node.input[index]]
    return node


def _copied(model: ModelProto) -> ModelProto:
    copy = ModelProto()
    copy.CopyFrom(model)
    return copy


def _replace(model: ModelProto, nodes: list[NodeProto]) -> None:
    """In place; nodes and initializers that nothing reads go."""
    needed = {item.name for item in model.graph.output}
    kept: list[NodeProto] = []
    for node in reversed(nodes):
        if needed & set(node.output):
            kept.append(node)
            needed.update(node.input)
    held = [item for item in model.graph.initializer if item.name in needed]
    del model.graph.node[:]
    model.graph.node.extend(reversed(kept))
    del model.graph.initializer[:]
    model.graph.initializer.extend(held)
