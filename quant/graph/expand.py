"""Expand in front of an operation that would broadcast by itself."""

from __future__ import annotations

from onnx import ModelProto, NodeProto

from quant.graph.network import Network

BROADCASTING = ("Add", "Sub", "Mul", "Div")
BATCHES = (2, 3)  # a shape that is right for both is right for all


def expand_no_more(model: ModelProto) -> None:
    """Take out, in place, every Expand to the shape of the tensor that it is combined with.

    Exporters write the length of a vector so, where it is divided by: cosine attention has one for
    each of its inputs, and it costs more than the division.
    """
    from quant.graph.fold import shapes_of

    network = Network(model)
    expands = [node for node in network.nodes if node.op_type == "Expand"]
    if not expands:
        return
    shapes = [shapes_of(model, batch) for batch in BATCHES]
    gone: set[str] = set()
    for node in expands:
        user = network.only_consumer(node.output[0])
        if user is None or user.op_type not in BROADCASTING:
            continue
        if all(_is_needless(node, user, known) for known in shapes):
            at = list(user.input).index(node.output[0])
            user.input[at] = node.input[0]
            gone.add(node.name)
    kept = [node for node in network.nodes if node.name not in gone]
    del model.graph.node[:]
    model.graph.node.extend(kept)


def _is_needless(node: NodeProto, user: NodeProto, shapes: dict[str, tuple[int, ...]]) -> bool:
    expanded = shapes.get(node.output[0], ())
    others = [shapes.get(name, ()) for name in user.input if name != node.output[0]]
    return bool(expanded) and all(expanded) and others == [expanded]
