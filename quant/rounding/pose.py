"""One layer of a network as a problem to solve: rows, targets, and the function behind it."""

from __future__ import annotations

from collections.abc import Callable

import torch
from onnx import NodeProto
from torch import Tensor

from quant.graph.gelu import gelus
from quant.graph.layers import Layer
from quant.graph.network import Network
from quant.lower.lowering import bias_of
from quant.lower.placement import ABSORBED_OPS
from quant.rounding import ops
from quant.rounding.codes import Weight
from quant.rounding.problem import Problem
from quant.rounding.rows import sample
from quant.rounding.streams import Streams


def pose(layer: Layer, node: NodeProto, weight: Weight, streams: Streams, seed: int) -> Problem:
    """The layer as it stands now, where both runs have come to it."""
    bias = bias_of(layer, streams.network)
    rows = sample(
        layer,
        node,
        torch.tensor(weight.values),
        None if bias is None else torch.tensor(bias),
        streams.quantised[layer.source],
        streams.float[layer.source],
        seed,
    )
    return Problem(
        name=layer.name,
        weight=weight,
        bias=bias,
        groups=layer.groups,
        rows=rows,
        tail=tail_of(layer, streams),
        has_bias=layer.op != "MatMul" or bool(layer.added),
        draw=seed,
    )


def tail_of(layer: Layer, streams: Streams) -> Callable[[Tensor], Tensor]:
    """The activation function behind a layer and its bias, or nothing."""
    network = streams.network
    name = layer.output
    if layer.added:
        adding = network.only_consumer(name)
        name = adding.output[0] if adding is not None else name
    nodes = _activation(network, name)

    def tail(values: Tensor) -> Tensor:
        made = {name: values}
        for node in nodes:
            given = [made.get(item, streams.constants.get(item)) for item in node.input]
            made[node.output[0]] = ops.run(node, given, streams.opsets)[0]
            values = made[node.output[0]]
        return values

    return tail


def _activation(network: Network, name: str) -> list[NodeProto]:
    """The nodes of one activation function that alone reads this tensor."""
    for gelu in gelus(network):
        users = {node.name for node in network.consumers[name]}
        if gelu.source == name and users <= gelu.nodes:
            return [node for node in network.nodes if node.name in gelu.nodes]
    user = network.only_consumer(name)
    if user is not None and user.op_type in (*ABSORBED_OPS, "HardSwish", "Sigmoid"):
        return [user]
    return []
