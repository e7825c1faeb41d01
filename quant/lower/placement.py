"""Which tensors are quantised, at what width: decided once, before any node is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from onnx import NodeProto

from quant.graph.gelu import gelus
from quant.graph.hard import hard_swishes
from quant.graph.layers import Layer
from quant.graph.network import Network, factor_of
from quant.graph.products import Product, products_of
from quant.grid import Grid
from quant.lower.affine import is_depthwise

INTEGER_OPS = (
    "Add", "Mul", "Concat", "AveragePool", "GlobalAveragePool", "Sigmoid", "BatchNormalization",
)  # fmt: skip
PASSING_OPS = ("MaxPool", "Reshape", "Flatten", "Transpose", "Squeeze", "Unsqueeze", "Split")
ABSORBED_OPS = ("Relu", "Clip")
WIDE = 8  # the network's input, residual sums and Softmax outputs


@dataclass(frozen=True)
class Placement:
    """`widths` of every quantised tensor; `passed` maps a tensor to the one whose grid it keeps.

    That lies before it, or is the Concat behind it that alone reads it.
    """

    widths: dict[str, int]
    passed: dict[str, str]

    def passed_on(self, grids: Mapping[str, Grid]) -> dict[str, Grid]:
        """The grids of tensors that keep the grid of another."""
        return {name: grids[_root(name, self.passed)] for name in self.passed}


@dataclass(frozen=True, slots=True)
class _Reader:
    """A tensor that a layer or a product reads, and the width that the plan gives it there."""

    source: str
    bits: int


def candidates(network: Network, layers: tuple[Layer, ...]) -> list[str]:
    """Every tensor that some recipe quantises, in network order: what calibration watches."""
    products = products_of(network.model)
    names = [*(layer.name for layer in layers), *(product.name for product in products)]
    every = place(network, layers, dict.fromkeys(names, WIDE), products)
    order = [*network.inputs, *(name for node in network.nodes for name in node.output)]
    return [name for name in order if name in every.widths]


def place(
    network: Network,
    layers: Sequence[Layer],
    activations: Mapping[str, int],
    products: Sequence[Product] = (),
) -> Placement:
    """Choose tensors and widths from the activation width of each layer and product.

    One that is missing from `activations` keeps its inputs in float.
    """
    readers = _readers(layers, products, activations)
    nodes = {layer.node for layer in layers if layer.name in activations}
    nodes |= {product.node for product in products if product.name in activations}
    needed = {reader.source for reader in readers}
    for node in network.nodes:
        if node.name in nodes:
            last = settled(network, node.output[0])
            # ONNX Runtime (seen in 1.32) gives float from integers for MatMul and Gemm only, and
            # only where no Relu or Clip follows
            if node.op_type == "Conv" or last != node.output[0]:
                needed.add(last)
    passed = _spread(network, needed)
    widths = dict.fromkeys(needed, WIDE)
    wanted = _widest(readers, passed)
    for reader in readers:
        for name in _chain(reader.source, passed):
            if not _stays_wide(network, name):
                widths[name] = wanted[_root(name, passed)]
    for name in needed:
        widths[name] = widths[_root(name, passed)]
    return Placement(widths=widths, passed=passed)


def _readers(
    layers: Sequence[Layer], products: Sequence[Product], activations: Mapping[str, int]
) -> list[_Reader]:
    of_layers = [
        _Reader(layer.source, activations[layer.name])
        for layer in layers
        if layer.name in activations
    ]
    of_products = [
        _Reader(source, activations[product.name])
        for product in products
        if product.name in activations
        for source in product.sources
    ]
    return of_layers + of_products


def is_integer(node: NodeProto, network: Network) -> bool:
    """Whether an operation without weights has an integer kernel for these inputs."""
    data = network.data_inputs(node)
    if node.op_type == "BatchNormalization":
        return is_depthwise(node, network)
    constant = len(data) < len([name for name in node.input if name])
    if node.op_type not in INTEGER_OPS or constant:
        return False
    return all(network.is_float(name) for name in (*data, *node.output))


def settled(network: Network, name: str) -> str:
    """The tensor after an activation that only saturates: there the quantiser stands."""
    user = network.only_consumer(name)
    if user is not None and user.op_type in ABSORBED_OPS and user.input[0] == name:
        return str(user.output[0])
    return name


def scaled(network: Network, name: str) -> str:
    """The tensor after a multiplication by a constant, which the quantiser's scale takes in."""
    user = network.only_consumer(name)
    return str(user.output[0]) if user is not None and factor_of(user, network) else name


def _spread(network: Network, needed: set[str]) -> dict[str, str]:
    """Extend `needed` to operations without weights that touch it; what `_pass_on` returns.

    One whose inputs come in float and whose output is wanted in float stays there: converting to
    integers and back costs more than its kernel saves.
    """
    fused = {name for gelu in gelus(network) for name in gelu.nodes}
    gated = {one.gated for one in hard_swishes(network)}
    ends = {
        node.name: _ends(node, network) - gated
        for node in network.nodes
        if node.name not in fused and is_integer(node, network)
    }
    passed: dict[str, str] = {}
    while True:
        passed |= _pass_on(network, needed)
        touching = [name for name, tensors in ends.items() if needed & tensors]
        if not touching:
            return passed | _joined(network, needed, passed)
        for name in touching:
            needed.update(ends.pop(name))


def _ends(node: NodeProto, network: Network) -> set[str]:
    """The tensors that its integer kernel reads and writes."""
    return {*network.data_inputs(node), settled(network, node.output[0])}


def _joined(network: Network, needed: set[str], passed: Mapping[str, str]) -> dict[str, str]:
    """Inputs of a Concat that nothing else reads, with its output, whose grid they take: a value
    is then rounded once, and its kernel only copies."""
    return {
        name: str(node.output[0])
        for node in network.nodes
        if node.op_type == "Concat" and node.output[0] in needed and is_integer(node, network)
        for name in node.input
        if name in needed and name not in passed and name not in network.inputs
        if network.only_consumer(name) is node
    }


def _pass_on(network: Network, needed: set[str]) -> dict[str, str]:
    """Extend `needed` through operations that only move values; both sides share a grid."""
    passed: dict[str, str] = {}
    for node in reversed(network.nodes):
        if node.op_type in PASSING_OPS and needed & set(node.output) and _moves(node, network):
            passed.update(dict.fromkeys(node.output, node.input[0]))
            needed.update(node.output)
            needed.add(node.input[0])
    return passed


def _moves(node: NodeProto, network: Network) -> bool:
    """Whether both sides of an operation may share a grid. What a matrix product gives in float is
    better quantised part by part: queries, keys and values differ in range."""
    if node.op_type != "Split":
        return True
    maker = network.producer.get(node.input[0])
    while maker is not None and (maker.op_type in PASSING_OPS or maker.op_type == "Add"):
        [source, *others] = network.data_inputs(maker)
        if others:
            return True
        maker = network.producer.get(source)
    return maker is None or maker.op_type not in ("MatMul", "Gemm")


def is_moved(network: Network, name: str) -> bool:
    """Whether a tensor has the values of another one, in another order."""
    maker = network.producer.get(name)
    return maker is not None and maker.op_type in PASSING_OPS


def _chain(name: str, passed: Mapping[str, str]) -> list[str]:
    names = [name]
    while names[-1] in passed:
        names.append(passed[names[-1]])
    return names


def _root(name: str, passed: Mapping[str, str]) -> str:
    return _chain(name, passed)[-1]


def _widest(readers: Sequence[_Reader], passed: Mapping[str, str]) -> dict[str, int]:
    """Readers of one tensor share its grid, at the widest of their widths."""
    widths: dict[str, int] = {}
    for reader in readers:
        root = _root(reader.source, passed)
        widths[root] = max(widths.get(root, 0), reader.bits)
    return widths


def _stays_wide(network: Network, name: str) -> bool:
    if name in network.inputs:
        return True
    node = network.producer.get(name)
    while node is not None and node.op_type in (*ABSORBED_OPS, *PASSING_OPS):
        if node.input[0] in network.inputs:
            return True
        node = network.producer.get(node.input[0])
    if node is None:
        return True
    residual = node.op_type == "Add" and len(network.data_inputs(node)) == 2
    return residual or node.op_type == "Softmax"
