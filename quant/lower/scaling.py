"""Multiplications by a constant cost nothing where a scale beside them can take them in."""

from __future__ import annotations

from onnx import NodeProto

from quant.graph.network import Network, factor_of
from quant.lower.placement import Placement


def taken_in(node: NodeProto, network: Network, placement: Placement) -> bool:
    """Whether a multiplication becomes part of the scale of the quantiser behind it."""
    if factor_of(node, network) is None:
        return False
    [source], [name] = network.data_inputs(node), node.output
    return (
        name in placement.widths and name not in placement.passed and source not in placement.widths
    )


def given_ahead(network: Network, placement: Placement) -> dict[str, NodeProto]:
    """Multiplications that a tensor's DequantizeLinear takes in, by that tensor's name.

    Attention multiplies its scores so before a Softmax in float: the first of the product's two
    tensors may be as much larger.
    """
    found: dict[str, NodeProto] = {}
    for product in network.nodes:
        if product.op_type != "MatMul" or not set(product.input) <= set(placement.widths):
            continue
        scaling = network.only_consumer(product.output[0])
        if scaling is None or factor_of(scaling, network) is None:
            continue
        quantised = {product.output[0], scaling.output[0]} & set(placement.widths)
        if not quantised and network.only_consumer(product.input[0]) is product:
            found[product.input[0]] = scaling
    return found
