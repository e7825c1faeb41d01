"""A lowered file as OpenVINO executes it in integers, with the same codes, scales and grids.

What is packed stays packed: OpenVINO (seen in 2026.4) folds the look-ups at load. It does not fold
a BitwiseOr, so that planes are joined by an Add, which ONNX Runtime has for int8 in late versions
only (1.32 has it).

ONNX Runtime's integer kernels give integers, so there each tensor between two of them is quantised.
OpenVINO's give float where that is read, for nothing: a quantiser in front of a sum or an
activation costs accuracy and, where a sum is fused into a convolution, is left out by OpenVINO
unasked. Products of two activations, as attention has them, it computes in float (seen in
2026.4): a quantiser in front of one costs time and accuracy, and saves nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from quant.graph.network import Network, attribute
from quant.lower.hard import with_hard_swish

ELEMENTWISE = (
    "Add", "Sub", "Mul", "Div", "Relu", "Clip", "Sigmoid", "HardSigmoid", "HardSwish", "Tanh",
)  # fmt: skip
MOVING = ("Reshape", "Flatten", "Transpose", "Squeeze", "Unsqueeze", "Split", "Slice", "Gather")
QUANTISING = ("QuantizeLinear", "Clip", "DequantizeLinear")


def defined(model: ModelProto) -> ModelProto:
    """The file's mathematics: only what layers read is quantised. Any runtime can execute it."""
    copy = with_hard_swish(_copied(model))
    network = Network(copy)
    constant = _constants(network)
    renamed: dict[str, str] = {}
    scaled: dict[str, NodeProto] = {}  # in the place of the last node of a quantiser
    for first, last in _quantisers(network):
        name = last.output[0]
        if not _needless(name, network, constant):
            continue
        factor = _factor(first, last, network)
        if factor == 1.0:
            renamed[name] = first.input[0]
        else:
            scaled[name] = _multiplied(copy, first.input[0], name, factor)
    nodes = [scaled.get(node.output[0], node) for node in copy.graph.node]
    _replace(copy, [_reading(node, renamed) for node in nodes])
    return with_hard_swish(copy)


def executed(model: ModelProto) -> ModelProto:
    """The same, with what OpenVINO folds at load."""
    copy = _copied(model)
    nodes: list[NodeProto] = []
    network = Network(copy)
    constant = _constants(network)
    for node in copy.graph.node:
        if set(node.output) <= constant:
            if node.op_type == "BitwiseOr":  # of bits that do not overlap
                node.op_type = "Add"
            elif _widens_for_convolutions(node, network):
                nodes.append(_widened(node))
        nodes.append(node)
    _replace(copy, nodes)
    return copy


def _factor(first: NodeProto, last: NodeProto, network: Network) -> float:
    """What comes out of a quantiser for each of what goes in: scales of neighbours take in
    multiplications by a constant."""
    scale, other = (network.constant(node.input[1]) for node in (first, last))
    return float((other / scale).reshape(()))


def _multiplied(model: ModelProto, source: str, name: str, factor: float) -> NodeProto:
    held = numpy_helper.from_array(np.asarray(factor, np.float32), f"{name}/factor")
    model.graph.initializer.append(held)
    return helper.make_node("Mul", [source, held.name], [name], name=name)


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
        if first is None or first.op_type != "QuantizeLinear":
            continue
        if all(network.is_constant(node.input[1]) for node in (first, last)):
            yield first, last


def _needless(name: str, network: Network, constant: set[str]) -> bool:
    """Whether nothing but elementwise operations and products of two activations reads a tensor,
    or what is only moved of it."""
    if name in network.outputs:
        return False
    readers = network.consumers[name]
    if readers and all(one.op_type in ELEMENTWISE for one in readers):
        return True
    return bool(readers) and all(
        _is_product(one, constant)
        or (
            one.op_type in (*MOVING, *QUANTISING)
            and all(_needless(given, network, constant) for given in one.output)
        )
        for one in readers
    )


def _is_product(node: NodeProto, constant: set[str]) -> bool:
    return node.op_type == "MatMul" and not constant & set(node.input)


def _constants(network: Network) -> set[str]:
    """Tensors that are the same for every picture."""
    found = set(network.constants)
    for node in network.nodes:
        if node.input and set(filter(None, node.input)) <= found:
            found.update(node.output)
    return found


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
