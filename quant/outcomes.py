"""What happened to each layer, in words: nothing is kept in float silently."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod

from onnx import NodeProto

from quant.graph.gelu import gelus
from quant.graph.hard import hard_swishes
from quant.graph.layers import Layer
from quant.graph.network import Network
from quant.graph.prepared import Prepared
from quant.graph.products import Product
from quant.lower.placement import INTEGER_OPS, Placement, is_integer, scaled, settled
from quant.lower.scaling import given_ahead, taken_in
from quant.plan import Bits, Plan
from quant.recipe import FLOAT
from quant.records import LayerOutcome
from quant.runtime.protocol import Kernels
from quant.runtimes import USUAL, title

NO_KERNEL = "{runtime} has no integer kernel for {what}: it computes it in float32"
SLOWER = "{runtime}'s integer kernel for {what} is slower than float32, in which it is computed"
FLOAT_PRODUCT = (
    "{runtime} computes products of two activations in float32, so what they read stays so"
)
BETWEEN = (
    "its neighbours are in float32: converting to integers and back would cost more than an "
    "integer kernel saves"
)
WITH_CONSTANT = "it is computed in float32: one of its inputs is a constant, which is not quantised"
FLOAT_OPS = (
    "LayerNormalization", "InstanceNormalization", "GroupNormalization", "ReduceMean", "HardSwish",
    "HardSigmoid", "Tanh", "Elu", "PRelu", "Exp", "Pow", "Sqrt", "Sub", "ReduceL2",
)  # fmt: skip


def outcomes_of(
    prepared: Prepared, plan: Plan, placement: Placement, found: Kernels
) -> tuple[LayerOutcome, ...]:
    """Layers, products and, where activations are quantised, what is left in float.

    Args:
        found: the kernels that the runtime uses for the written file.
    """
    network = prepared.network
    listed = {
        layer.node: _layer(layer, plan, placement, network, found) for layer in prepared.layers
    }
    listed |= {
        item.node: _product(item, plan, placement, network, found) for item in prepared.products
    }
    if placement.widths:
        listed |= dict(_in_float(network, placement, found))
        listed |= dict(_left(prepared, placement, found))
    return tuple(listed[node.name] for node in network.nodes if node.name in listed)


def _layer(
    layer: Layer, plan: Plan, placement: Placement, network: Network, found: Kernels
) -> LayerOutcome:
    wanted = plan[layer.name]
    width = placement.widths.get(layer.source, FLOAT)
    kernel = found.of_weight.get(f"{layer.stored}/codes")
    kernel = kernel or found.of_node.get(layer.node, "float32")
    kept = note = ""
    if wanted.weights <= 8 and width <= 8 and kernel == "float32":
        kept = _no_kernel("this layer", found)
    elif wanted.weights == 16:
        note = "float16 on disk, computed in float32"
    elif wanted.weights <= 8 and width == FLOAT:
        note = "integers on disk, computed in float32"
    notes = [note, _wider(layer.source, wanted, width, network)]
    return LayerOutcome(
        layer=layer.name,
        op=layer.op,
        weight_bits=wanted.weights,
        activation_bits=width,
        macs=layer.macs,
        parameters=layer.parameters,
        kernel=kernel,
        kept=kept,
        note="; ".join(filter(None, notes)),
    )


def _wider(source: str, wanted: Bits, width: int, network: Network) -> str:
    if wanted.activations == FLOAT and width < FLOAT:
        return f"its input is read or made by integer kernels too and has {width} bits"
    if width <= wanted.activations:
        return ""
    what = "the picture" if source in network.inputs else "a sum or shared tensor"
    return f"its input is {what} and stays at {width} bits"


def _product(
    product: Product, plan: Plan, placement: Placement, network: Network, found: Kernels
) -> LayerOutcome:
    wanted = plan[product.name]
    widths = [placement.widths.get(source, FLOAT) for source in product.sources]
    kernel = found.of_node.get(product.node, "float32")
    notes = [
        f"one input stays at {max(widths)} bits: it is a Softmax or a sum"
        if wanted.activations < max(widths) < FLOAT
        else "",
        "a scale beside it takes in a multiplication by a constant"
        if kernel != "float32" and scaled(network, product.output) != product.output
        else "",
    ]
    return LayerOutcome(
        layer=product.name,
        op=f"{network.producer[product.output].op_type} of two activations",
        weight_bits=FLOAT,
        activation_bits=min(widths),
        macs=product.macs,
        parameters=0,
        kernel=kernel,
        kept=_kept_product(wanted.activations, widths, kernel, found),
        note="; ".join(filter(None, notes)),
    )


def _kept_product(wanted: int, widths: Sequence[int], kernel: str, found: Kernels) -> str:
    if kernel != "float32" or wanted == FLOAT:
        return ""
    if max(widths) <= 8:
        return _no_kernel("it", found)
    return FLOAT_PRODUCT.format(runtime=title(found.runtime)) if min(widths) == FLOAT else ""


def _in_float(
    network: Network, placement: Placement, found: Kernels
) -> Iterator[tuple[str, LayerOutcome]]:
    """Operations between layers that compute, and that no integer kernel does."""
    parts: set[str] = set()
    for gelu in gelus(network):
        parts |= gelu.nodes
        node = network.producer[gelu.output]
        yield node.name, _float(node, "GELU", 0, _no_kernel("GELU", found))
    parts |= {one.gate for one in hard_swishes(network) if one.source in placement.widths}
    for node in network.nodes:
        if node.op_type in FLOAT_OPS and node.name not in parts and _computes(node, network):
            constants = [
                network.constants[name].dims for name in node.input if network.is_constant(name)
            ]
            held = (
                sum(prod(dims) for dims in constants)
                if node.op_type.endswith("Normalization")
                else 0
            )
            yield node.name, _float(node, node.op_type, held, _no_kernel(node.op_type, found))


def _left(
    prepared: Prepared, placement: Placement, found: Kernels
) -> Iterator[tuple[str, LayerOutcome]]:
    """Operations that have an integer kernel, and are in float because that costs less."""
    network = prepared.network
    elsewhere = {name for gelu in gelus(network) for name in gelu.nodes}
    elsewhere |= {node.name for node in given_ahead(network, placement).values()}
    for layer in prepared.layers:
        adding = network.only_consumer(layer.output) if layer.added else None
        elsewhere |= {adding.name} if adding else set()
    for node in network.nodes:
        if node.name in elsewhere or not _computes(node, network):
            continue
        if node.op_type == "Softmax":
            why = _slower if found.runtime == USUAL else _no_kernel
            yield node.name, _float(node, "Softmax", 0, why("Softmax", found))
        elif node.op_type in INTEGER_OPS and not _quantised(node, network, placement):
            whole = is_integer(node, network)
            yield node.name, _float(node, node.op_type, 0, BETWEEN if whole else WITH_CONSTANT)


def _quantised(node: NodeProto, network: Network, placement: Placement) -> bool:
    if is_integer(node, network):
        return settled(network, node.output[0]) in placement.widths
    return taken_in(node, network, placement)


def _computes(node: NodeProto, network: Network) -> bool:
    return bool(network.data_inputs(node)) and network.is_float(node.output[0])


def _slower(what: str, found: Kernels) -> str:
    return SLOWER.format(runtime=title(found.runtime), what=what)


def _no_kernel(what: str, found: Kernels) -> str:
    return NO_KERNEL.format(runtime=title(found.runtime), what=what)


def _float(node: NodeProto, op: str, parameters: int, kept: str) -> LayerOutcome:
    return LayerOutcome(
        layer=node.output[0],
        op=op,
        weight_bits=FLOAT,
        activation_bits=FLOAT,
        macs=0,
        parameters=parameters,
        kernel="float32",
        kept=kept,
    )
