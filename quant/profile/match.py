"""Which layer an operation of the executed graph belongs to, and what it is there for.

The runtime fuses, renames and lays out anew; tensors and weights keep enough of their names.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from onnx import GraphProto, NodeProto

from quant.breakdown.record import (
    ANSWER,
    CLIP,
    CONVERSION,
    FLOAT,
    INPUT,
    INTEGER,
    LAYOUT,
    LEVELS,
    PICTURE,
    Operation,
    Row,
)
from quant.graph.prepared import Prepared
from quant.profile.trace import Event
from quant.runtime.ort import INTEGER_KERNELS

CONVERSIONS = ("QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear", "Cast")
LAYOUTS = (
    "ReorderInput", "ReorderOutput", "Transpose", "Reshape", "Squeeze", "Unsqueeze", "Flatten",
    "Identity", "Slice", "Split", "Gather", "Expand", "Shape", "Concat", "QLinearConcat",
)  # fmt: skip
_IN_FLOAT = ("/steps", "/rounded", "/level", "/dequantised")  # quant.lower.lowering writes these
_ENDINGS = re.compile(r"(_token_\d+|_nchwc|/codes|/clipped|/dequantised|/steps|/rounded|/level)$")


def rows_of(prepared: Prepared) -> tuple[Row, ...]:
    """Layers and products in network order; each is a row with all that follows it."""
    found = {layer.node: Row(layer.name, layer.op, layer.macs) for layer in prepared.layers}
    found |= {one.node: Row(one.name, "MatMul", one.macs) for one in prepared.products}
    order = [found[node.name] for node in prepared.network.nodes if node.name in found]
    return (Row(INPUT, "", 0), *order)


def operations(
    prepared: Prepared, events: Sequence[Event], ms: Sequence[float], graph: GraphProto
) -> tuple[Operation, ...]:
    """Every event with its layer.

    Args:
        events: in the order executed; `ms` is what each took.
        graph: the optimised graph, as the runtime wrote it.
    """
    names = _Names(prepared, graph)
    return tuple(
        Operation(
            name=event.name,
            op=event.op,
            kind=(kind := _kind(event)),
            row=names.row_of(event.name),
            ms=took,
            moved_bytes=event.moved_bytes,
            serves=names.served(event.name) if kind == CONVERSION else "",
        )
        for event, took in zip(events, ms, strict=True)
    )


def _kind(event: Event) -> str:
    if event.op in CONVERSIONS or (event.name.endswith(_IN_FLOAT) and not event.integer):
        return CONVERSION
    if event.op == "Clip" and event.integer:
        return CLIP
    if event.op in LAYOUTS:
        return LAYOUT
    whole = event.integer or event.op in INTEGER_KERNELS or event.op.startswith("QLinear")
    return INTEGER if whole else FLOAT


class _Names:
    """Rows by the names of nodes, tensors and weights in the network as it was before."""

    def __init__(self, prepared: Prepared, graph: GraphProto) -> None:
        self._order = [row.name for row in rows_of(prepared)]
        self._of_node, self._of_tensor = _owners(prepared)
        self._of_constant: dict[str, str] = {}
        for layer in prepared.layers:
            for name in filter(None, (layer.weight, layer.bias, layer.stored, layer.name)):
                self._of_constant.setdefault(name, layer.name)
        self._nodes = {node.name: node for node in graph.node if node.name}
        self._maker = {name: node for node in graph.node for name in node.output}
        self._readers: dict[str, list[NodeProto]] = defaultdict(list)
        for node in graph.node:
            for name in node.input:
                self._readers[name].append(node)
        self._outputs = {item.name for item in graph.output}
        self._rows: dict[str, str] = {}
        for node in graph.node:  # in an order in which makers come before readers
            self._rows[node.name] = self._place(node)

    def row_of(self, name: str) -> str:
        return self._rows.get(name, INPUT)

    def served(self, name: str) -> str:
        """What a conversion is there for: the float operation that it feeds or follows."""
        node = self._nodes.get(name)
        if node is None:
            return ""
        if name.endswith(_IN_FLOAT) and node.op_type not in CONVERSIONS:
            return LEVELS
        makers = [self._maker[source] for source in node.input if source in self._maker]
        readers = [reader for target in node.output for reader in self._readers[target]]
        if node.op_type == "DequantizeLinear":
            if not readers or self._outputs & set(node.output):
                return ANSWER
            return _real(readers)
        return _real(makers) if makers else PICTURE

    def _place(self, node: NodeProto) -> str:
        if (row := self._of_node.get(node.name)) is not None:
            return row
        for source in node.input:
            if source not in self._maker and (row := self._of_base(source)) is not None:
                return row
        for name in (node.name, *node.output):
            if (row := self._known(name)) is not None:
                return row
        makers = [self._rows[self._maker[n].name] for n in node.input if n in self._maker]
        return max(makers, key=self._order.index, default=INPUT)

    def _of_base(self, constant: str) -> str | None:
        """The layer whose weight or bias `stem.0.weight/scale/log` is a part of."""
        while constant:
            if constant in self._of_constant:
                return self._of_constant[constant]
            constant = constant.rpartition("/")[0]
        return None

    def _known(self, name: str) -> str | None:
        while True:
            for place in (self._of_node, self._of_tensor):
                if name in place:
                    return place[name]
            shorter = _ENDINGS.sub("", name)
            if shorter == name:
                return None
            name = shorter


def _owners(prepared: Prepared) -> tuple[dict[str, str], dict[str, str]]:
    """Row of every node and tensor of the network: its own, or the latest that it depends on."""
    rows = [row.name for row in rows_of(prepared)]
    own = {layer.node: layer.name for layer in prepared.layers}
    own |= {one.node: one.name for one in prepared.products}
    network = prepared.network
    of_node: dict[str, str] = {}
    of_tensor = dict.fromkeys(network.inputs, INPUT)
    for node in network.nodes:
        before = [of_tensor[name] for name in network.data_inputs(node) if name in of_tensor]
        row = own.get(node.name) or max(before, key=rows.index, default=INPUT)
        of_node[node.name] = row
        of_tensor.update(dict.fromkeys(node.output, row))
    return of_node, of_tensor


def _real(nodes: Sequence[NodeProto]) -> str:
    """The operation that computes, of those beside a conversion."""
    plain = [one.op_type for one in nodes if one.op_type not in (*CONVERSIONS, *LAYOUTS)]
    return (plain or [one.op_type for one in nodes] or [""])[0]
