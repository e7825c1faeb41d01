"""What layers read and write for one picture: kept beside a measurement, not in the file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import prod

from quant.graph.fold import shapes_of
from quant.graph.prepared import Prepared
from quant.records import LayerOutcome


def with_flow(prepared: Prepared, outcomes: Sequence[LayerOutcome]) -> tuple[LayerOutcome, ...]:
    """The same outcomes with the values that layers and products read and write, weights apart.

    Where shape inference finds no size, and of operations between layers, they stay 0.
    """
    shapes = shapes_of(prepared.model)
    flows = {layer.name: ((layer.source,), layer.output) for layer in prepared.layers} | {
        item.name: (item.sources, item.output) for item in prepared.products
    }

    def values(name: str) -> int:
        return prod(shapes.get(name, (0,)))

    return tuple(
        replace(
            one,
            inputs=sum(values(name) for name in flows[one.layer][0]),
            outputs=values(flows[one.layer][1]),
        )
        if one.layer in flows and one.macs
        else one
        for one in outcomes
    )
