"""HardSwish and HardSigmoid written as OpenVINO reads them: as operations that it can fuse.

A folded network has HardSwish in two steps. OpenVINO (seen in 2026.4) computes ONNX's HardSigmoid
by a slow reference kernel, but has HardSwish, and knows Clip(x + 3, 0, 6) / 6.
"""

from __future__ import annotations

import numpy as np
from onnx import ModelProto, NodeProto, helper, numpy_helper

from quant.graph.hard import hard_swishes, is_usual
from quant.graph.network import Network

START = 3.0  # HardSwish is 0 from minus this down
HARD_SWISH_SINCE = 14  # of ONNX's operator sets
NUMBERS = {"hard/three": START, "hard/zero": 0.0, "hard/six": 6.0, "hard/sixth": 1 / 6}


def with_hard_swish(model: ModelProto) -> ModelProto:
    """The model, changed in place where it holds such operations."""
    network = Network(model)
    opsets = [one.version for one in model.opset_import if one.domain in ("", "ai.onnx")]
    if max(opsets) < HARD_SWISH_SINCE:
        return model
    found = {one.product: one for one in hard_swishes(network)}
    within = {one.gate for one in found.values()}
    nodes: list[NodeProto] = []
    for node in network.nodes:
        if node.name in found and node.op_type == "Mul":
            nodes.append(_hard_swish(found[node.name].source, node))
        elif (source := _gated(node, network)) is not None:
            nodes.append(_hard_swish(source, node))
        elif node.name not in within:
            nodes += _spelled(node) if is_usual(node) else [node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    known = {item.name for item in model.graph.initializer}
    model.graph.initializer.extend(
        numpy_helper.from_array(np.asarray(value, np.float32), name)
        for name, value in NUMBERS.items()
        if name not in known and any(name in node.input for node in nodes)
    )
    return model


def _hard_swish(source: str, product: NodeProto) -> NodeProto:
    return helper.make_node("HardSwish", [source], list(product.output), name=product.name)


def _gated(product: NodeProto, network: Network) -> str | None:
    """What a HardSwish reads whose second factor is the first one's own codes at another scale."""
    if product.op_type != "Mul" or len(product.input) != 2:
        return None
    made = [network.producer.get(name) for name in product.input]
    for own, gate in (made, made[::-1]):
        if own is None or gate is None:
            return None
        if {own.op_type, gate.op_type} != {"DequantizeLinear"}:
            return None
        if own.input[0] not in (gate.input[0], _before_clip(gate.input[0], network)):
            continue
        (scale, zero), (its_scale, its_zero) = (_grid(one, network) for one in (own, gate))
        if its_zero == 0 and np.allclose((6 * its_scale, zero * scale), (scale, START), rtol=1e-4):
            return str(own.output[0])
    return None


def _before_clip(name: str, network: Network) -> str:
    node = network.producer.get(name)
    return str(node.input[0]) if node is not None and node.op_type == "Clip" else ""


def _grid(node: NodeProto, network: Network) -> tuple[float, int]:
    """Scale and zero point of a tensor; not numbers where they are no constants of one value."""
    if len(node.input) < 3 or not all(network.is_constant(name) for name in node.input[1:3]):
        return float("nan"), -1
    scale, zero = (network.constant(name) for name in node.input[1:3])
    return (float(scale.reshape(())), int(zero.reshape(()))) if scale.size == 1 else (np.nan, -1)


def _spelled(node: NodeProto) -> list[NodeProto]:
    [name], [source] = node.output, node.input
    more, cut = f"{name}/more", f"{name}/cut"
    return [
        helper.make_node("Add", [source, "hard/three"], [more], name=more),
        helper.make_node("Clip", [more, "hard/zero", "hard/six"], [cut], name=cut),
        helper.make_node("Mul", [cut, "hard/sixth"], [name], name=node.name),
    ]
