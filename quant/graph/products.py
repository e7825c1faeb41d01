"""Matrix products of two activations: the scores and the mixture of attention."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from onnx import ModelProto

from quant.graph.fold import shapes_of
from quant.graph.network import Network


@dataclass(frozen=True, slots=True)
class Product:
    """A MatMul without weights. `sources` are its two inputs; `macs` are for one picture."""

    name: str
    node: str
    sources: tuple[str, str]
    output: str
    macs: int


def products_of(model: ModelProto) -> tuple[Product, ...]:
    """Every one, in network order."""
    network, shapes = Network(model), shapes_of(model)
    return tuple(
        Product(
            name=node.name,
            node=node.name,
            sources=(node.input[0], node.input[1]),
            output=node.output[0],
            macs=_macs(shapes.get(node.input[0], ()), shapes.get(node.output[0], ())),
        )
        for node in network.nodes
        if node.op_type == "MatMul" and len(network.data_inputs(node)) == 2
    )


def _macs(left: tuple[int, ...], output: tuple[int, ...]) -> int:
    """Values of the output times the length of the sums; 0 where shapes are not known."""
    return prod(output) * left[-1] if left and output and all(output) else 0
