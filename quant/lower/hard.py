"""HardSwish and HardSigmoid written as OpenVINO reads them: as one operation that it can fuse.

Exporters and ONNX Runtime's folding write x * HardSigmoid(x). OpenVINO (seen in 2026.4) computes
ONNX's HardSigmoid by a slow reference kernel, but has HardSwish, and knows Clip(x + 3, 0, 6) / 6.
"""

from __future__ import annotations

import numpy as np
from onnx import ModelProto, NodeProto, helper, numpy_helper

from quant.graph.network import Network, attribute

SLOPE, MIDDLE = 1 / 6, 0.5  # of the HardSigmoid that HardSwish is made of
HARD_SWISH_SINCE = 14  # of ONNX's operator sets
NUMBERS = {"hard/three": 3.0, "hard/zero": 0.0, "hard/six": 6.0, "hard/sixth": 1 / 6}


def with_hard_swish(model: ModelProto) -> ModelProto:
    """The model, changed in place where it holds such operations."""
    network = Network(model)
    hard = {
        one.output[0] for one in network.nodes if one.op_type == "HardSigmoid" and _is_usual(one)
    }
    opsets = [one.version for one in model.opset_import if one.domain in ("", "ai.onnx")]
    if not hard or max(opsets) < HARD_SWISH_SINCE:
        return model
    nodes = [one for node in network.nodes for one in _rewritten(node, network, hard)]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    known = {item.name for item in model.graph.initializer}
    model.graph.initializer.extend(
        numpy_helper.from_array(np.asarray(value, np.float32), name)
        for name, value in NUMBERS.items()
        if name not in known and any(name in node.input for node in nodes)
    )
    return model


def _rewritten(node: NodeProto, network: Network, hard: set[str]) -> list[NodeProto]:
    if node.op_type == "Mul":
        for own, other in (node.input, reversed(node.input)):
            if other in hard and network.producer[other].input[0] == own and _alone(other, network):
                return [helper.make_node("HardSwish", [own], list(node.output), name=node.name)]
    if not node.output or node.output[0] not in hard:
        return [node]
    [name], [source] = node.output, node.input
    user = network.only_consumer(name)
    if user is not None and user.op_type == "Mul" and source in user.input:
        return []  # part of a HardSwish
    return [
        helper.make_node("Add", [source, "hard/three"], [f"{name}/more"], name=f"{name}/more"),
        helper.make_node(
            "Clip", [f"{name}/more", "hard/zero", "hard/six"], [f"{name}/cut"], name=f"{name}/cut"
        ),
        helper.make_node("Mul", [f"{name}/cut", "hard/sixth"], [name], name=node.name),
    ]


def _alone(name: str, network: Network) -> bool:
    return network.only_consumer(name) is not None


def _is_usual(node: NodeProto) -> bool:
    """Whether it is max(0, min(1, x / 6 + 1 / 2))."""
    slope, middle = float(attribute(node, "alpha", 0.2)), float(attribute(node, "beta", 0.5))
    return abs(slope - SLOPE) < 1e-6 and abs(middle - MIDDLE) < 1e-6
