"""Einsum of two tensors as a matrix product, which has an integer kernel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from onnx import ModelProto, NodeProto, helper

from quant.graph.network import Network, attribute


@dataclass(frozen=True, slots=True)
class Contraction:
    """A product over one letter, axis by axis: `left` to (…, rows, inner), `right` to
    (…, inner, columns), and the result from (…, rows, columns)."""

    left: tuple[int, ...]
    right: tuple[int, ...]
    result: tuple[int, ...]


def einsums_to_products(model: ModelProto) -> None:
    """Rewrite, in place, every Einsum that MatMul can compute."""
    network = Network(model)
    nodes: list[NodeProto] = []
    for node in network.nodes:
        found = contraction(attribute(node, "equation", b"")) if node.op_type == "Einsum" else None
        nodes.extend([node] if found is None else _product(node, found))
    del model.graph.node[:]
    model.graph.node.extend(nodes)


def contraction(equation: bytes) -> Contraction | None:
    """How to compute an equation such as `bid,bjd->bij`; None where it is no such product."""
    sides = equation.decode().replace(" ", "").split("->")
    if len(sides) != 2 or sides[0].count(",") != 1 or "." in equation.decode():
        return None
    (left, right), result = sides[0].split(","), sides[1]
    if any(len(set(letters)) != len(letters) for letters in (left, right, result)):
        return None
    batch = [one for one in result if one in left and one in right]
    rows = [one for one in result if one in left and one not in right]
    columns = [one for one in result if one in right and one not in left]
    inner = [one for one in left if one in right and one not in result]
    whole = set(left) | set(right) == {*batch, *rows, *columns, *inner}
    if not whole or [len(rows), len(columns), len(inner)] != [1, 1, 1]:
        return None
    made = [*batch, *rows, *columns]
    return Contraction(
        left=tuple(left.index(one) for one in (*batch, *rows, *inner)),
        right=tuple(right.index(one) for one in (*batch, *inner, *columns)),
        result=tuple(made.index(one) for one in result),
    )


def _product(node: NodeProto, found: Contraction) -> list[NodeProto]:
    nodes: list[NodeProto] = []

    def turned(source: str, axes: Sequence[int], target: str) -> str:
        if list(axes) == sorted(axes):
            return source
        nodes.append(helper.make_node("Transpose", [source], [target], name=target, perm=axes))
        return target

    output = node.output[0]
    left = turned(node.input[0], found.left, f"{output}/left")
    right = turned(node.input[1], found.right, f"{output}/right")
    moved = list(found.result) != sorted(found.result)
    made = f"{output}/product" if moved else output
    nodes.append(helper.make_node("MatMul", [left, right], [made], name=node.name))
    if moved:
        turned(made, found.result, output)
    return nodes
