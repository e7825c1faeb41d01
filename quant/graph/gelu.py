"""GELU as exporters write it: a handful of nodes that the runtime fuses into one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from onnx import ModelProto, NodeProto, helper

from quant.graph.network import Network, factor_of

CENTRES = ("Erf", "Tanh")
PARTS = ("Mul", "Div", "Add", "Pow", *CENTRES)


@dataclass(frozen=True, slots=True)
class Gelu:
    """One activation: `nodes` by name, from the tensor `source` to the tensor `output`.

    Source: Hendrycks and Gimpel, arXiv:1606.08415, with Erf (`is_exact`) or, as an approximation,
    Tanh.
    """

    nodes: frozenset[str]
    source: str
    output: str
    is_exact: bool = False


def gelus(network: Network) -> tuple[Gelu, ...]:
    """Every GELU, in network order; quantising inside one would only keep it from being fused."""
    found = (_around(node, network) for node in network.nodes if node.op_type in CENTRES)
    whole = [
        Gelu(frozenset([node.name]), node.input[0], node.output[0])
        for node in network.nodes
        if node.op_type == "Gelu"
    ]
    return (*whole, *(gelu for gelu in found if gelu is not None))


def _around(centre: NodeProto, network: Network) -> Gelu | None:
    """Forward to the product with the source, then back from there to the source."""
    product = _product(centre, network)
    if product is None:
        return None
    region = [product]
    while True:
        data = {name for node in region for name in network.data_inputs(node)}
        outside = data - {name for node in region for name in node.output}
        if len(outside) == 1:
            names = frozenset(node.name for node in region)
            if centre.name not in names:
                return None
            last = _halved(product, network)
            source, exact = outside.pop(), centre.op_type == "Erf"
            return Gelu(names | {last.name}, source, last.output[0], exact)
        more = next(_within(outside, region, network), None)
        if more is None:
            return None
        region.append(more)


def _product(centre: NodeProto, network: Network) -> NodeProto | None:
    """The first multiplication after the centre whose factors both change."""
    node: NodeProto | None = centre
    while node is not None and node.op_type in ("Mul", "Add", *CENTRES):
        if node.op_type == "Mul" and len(network.data_inputs(node)) == 2:
            return node
        node = network.only_consumer(node.output[0])
    return None


def _halved(product: NodeProto, network: Network) -> NodeProto:
    """Some write the half last."""
    user = network.only_consumer(product.output[0])
    if user is None or user.op_type != "Mul" or len(network.data_inputs(user)) != 1:
        return product
    factor = next(name for name in user.input if network.is_constant(name))
    value = network.constant(factor)
    return user if value.size == 1 and float(value.reshape(())) == 0.5 else product


def _within(outside: set[str], region: list[NodeProto], network: Network) -> Iterator[NodeProto]:
    """Producers that serve the region alone."""
    inside = {node.name for node in region}
    for name in sorted(outside):
        node = network.producer.get(name)
        if node is None or node.op_type not in PARTS:
            continue
        if {user.name for user in network.consumers[name]} <= inside:
            yield node


def halve_last(model: ModelProto) -> None:
    """Rewrite, in place, x * (0.5 * (1 + erf)) as (x * (1 + erf)) * 0.5, which the runtime fuses.

    torch's exporter writes the first; ONNX Runtime (seen in 1.32) knows the second.
    """
    network = Network(model)
    nodes: list[NodeProto] = []
    for node in network.nodes:
        nodes.append(node)
        inner = _half_inside(node, network)
        if inner is None:
            continue
        half = next(name for name in inner.input if network.is_constant(name))
        [rest] = network.data_inputs(inner)
        output, whole = node.output[0], f"{node.output[0]}/twice"
        nodes.remove(inner)
        node.input[list(node.input).index(inner.output[0])] = rest
        node.output[0] = whole
        nodes.append(helper.make_node("Mul", [whole, half], [output], name=f"{node.name}/half"))
    del model.graph.node[:]
    model.graph.node.extend(nodes)


def _half_inside(node: NodeProto, network: Network) -> NodeProto | None:
    """The multiplication by a half, of one plus erf, that a product of two tensors reads."""
    if node.op_type != "Mul" or len(network.data_inputs(node)) != 2:
        return None
    for name in node.input:
        inner = network.producer.get(name)
        if inner is None or factor_of(inner, network) != 0.5:
            continue
        added = network.producer.get(network.data_inputs(inner)[0])
        centre = None if added is None else network.producer.get(added.input[0])
        is_erf = centre is not None and centre.op_type == "Erf"
        if is_erf and network.only_consumer(name) is node:
            return inner
    return None
