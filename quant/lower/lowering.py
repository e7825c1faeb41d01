"""Lower a plan: the folded FP32 network and its grids and codes to one quantised ONNX file."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from onnx import (
    ModelProto,
    NodeProto,
    OperatorSetIdProto,
    helper,
    numpy_helper,
)

from quant.graph.fold import OLD_IR_VERSION, OLD_OPSET
from quant.graph.gelu import gelus
from quant.graph.layers import Layer
from quant.graph.network import Network, attribute, factor_of
from quant.grid import Grid
from quant.lower import weights as store
from quant.lower.draft import Draft, held, quantise
from quant.lower.operations import RUNTIME, Operations
from quant.lower.placement import Placement, is_moved
from quant.lower.scaling import given_ahead, taken_in
from quant.plan import Plan
from quant.rounding.codes import Rounded
from quant.rounding.scales import Floats

OPSET = 18  # the first with BitwiseOr


def lower(
    model: ModelProto,
    layers: tuple[Layer, ...],
    plan: Plan,
    placement: Placement,
    grids: Mapping[str, Grid],
    rounded: Rounded,
) -> ModelProto:
    """The quantised model; its arguments stay as they are.

    Args:
        model: folded FP32 network.
        plan: bits of every layer.
        placement: the tensors that are quantised; `grids` holds a grid for each.
        rounded: codes of every layer whose weights have up to 8 bits.
    """
    network = Network(model)
    draft = Draft(in_float=all(bits.weights >= 16 for bits in plan.values()))
    by_node = {layer.node: layer for layer in layers}
    fused = {name for gelu in gelus(network) for name in gelu.nodes}
    ahead = given_ahead(network, placement)
    gone = {node.name for node in ahead.values()}
    operations = Operations(network, placement, grids)

    def after(name: str, source: str, factor: float = 1.0) -> None:
        """Quantise a tensor, of which the node before gives `source`, if it is to be."""
        if name in placement.widths:
            clip = name not in placement.passed or not is_moved(network, name)
            behind = factor_of(ahead[name], network) if name in ahead else None
            quantise(draft, name, source, grids[name], clip=clip, before=factor, behind=behind or 1)

    for name in network.inputs:
        after(name, name)
    for node in network.nodes:
        if _redundant(node, network, placement, grids):
            after(node.output[0], node.input[0])
            continue
        if node.name in gone:
            [source] = network.data_inputs(node)
            draft.renamed[node.output[0]] = source
            continue
        if node.name not in fused and taken_in(node, network, placement):
            [source] = network.data_inputs(node)
            after(node.output[0], source, factor_of(node, network) or 1.0)
            continue
        if operations.write(draft, node):
            for name in node.output:
                after(name, name)
            continue
        copy = NodeProto()
        copy.CopyFrom(node)
        layer = by_node.get(node.name)
        if layer is not None:
            _rewrite_layer(draft, copy, layer, network, plan, placement, grids, rounded)
            in_float = plan[layer.name].weights >= 16
            if in_float and not draft.in_float and layer.source in placement.widths:
                copy.input[0] = held(draft, layer.source, grids[layer.source], layer.name)
        for index, name in enumerate(copy.input):
            old, new = draft.swapped.get(node.name, ("", ""))
            copy.input[index] = draft.renamed.get(name, new if name == old else name)
        draft.nodes.append(copy)
        for name in node.output:
            after(name, name)
    return _assemble(model, draft)


def _redundant(
    node: NodeProto, network: Network, placement: Placement, grids: Mapping[str, Grid]
) -> bool:
    """Whether the quantiser after a Relu or Clip saturates just as it does."""
    if not node.output or node.output[0] not in placement.widths:
        return False
    if network.only_consumer(node.input[0]) is not node or node.input[0] in placement.widths:
        return False
    grid = grids[node.output[0]]
    if node.op_type == "Relu":
        return grid.zero_point == 0
    if node.op_type == "Clip":
        low, high = clip_bounds(node, network)
        tolerance = grid.scale * 0.501  # zero is rounded to a level: half a step, and float error
        return low <= grid.low + tolerance <= low + 2 * tolerance and grid.high <= high + tolerance
    return False


def clip_bounds(node: NodeProto, network: Network) -> tuple[float, float]:
    """Bounds of a Clip, from its inputs (opset 11 and later) or its attributes."""
    bounds = [float(attribute(node, "min", -np.inf)), float(attribute(node, "max", np.inf))]
    for index in (1, 2):
        if len(node.input) > index and network.is_constant(node.input[index]):
            bounds[index - 1] = float(network.constant(node.input[index]).reshape(()))
    return bounds[0], bounds[1]


def _rewrite_layer(
    draft: Draft,
    node: NodeProto,
    layer: Layer,
    network: Network,
    plan: Plan,
    placement: Placement,
    grids: Mapping[str, Grid],
    rounded: Rounded,
) -> None:
    """Point the layer's node at its weight and bias as the plan wants them stored."""
    bits = plan[layer.name]
    if bits.weights == 32:
        return
    if bits.weights == 16:
        fragment = store.half(layer, network.constant(layer.weight))
        _point(draft, node, fragment)
        return
    given = rounded.layers[layer.name]
    codes, bias = given.codes, bias_of(layer, network) if given.bias is None else given.bias
    if given.bias is not None and layer.added:
        name = f"{layer.name}/bias"
        draft.initializers[name] = numpy_helper.from_array(given.bias, name)
        adding = network.only_consumer(layer.output)
        draft.swapped[adding.name if adding else ""] = layer.added, name
    if layer.source in placement.widths:
        scale = (f"{layer.source}/scale", grids[layer.source].scale)
        held = None if layer.added else bias
        fragment = store.integer(
            layer, codes, bits.weights, held, scale, rounded.scales, draft.shared
        )
    else:
        fragment = store.scaled(layer, codes, bits.weights, rounded.scales, draft.shared)
        if given.bias is not None and not layer.added:
            fragment.bias = fragment.constant(f"{layer.name}/bias", given.bias)
    _point(draft, node, fragment)


def _point(draft: Draft, node: NodeProto, fragment: store.Fragment) -> None:
    draft.before.extend(fragment.nodes)
    draft.initializers.update({item.name: item for item in fragment.initializers})
    node.input[1] = fragment.weight
    if fragment.bias:
        if len(node.input) == 2:
            node.input.append(fragment.bias)
        node.input[2] = fragment.bias


def bias_of(layer: Layer, network: Network) -> Floats | None:
    """(out,), whatever shape a Gemm broadcasts it from; None where there is none."""
    if not (layer.bias or layer.added):
        return None
    values = network.constant(layer.bias or layer.added).astype(np.float32).reshape(-1)
    return np.ascontiguousarray(np.broadcast_to(values, layer.shape[layer.channel_axis]))


def paired(layer: Layer) -> bool:
    """Whether the kernel adds neighbouring products in 16 bits.

    Depthwise ones do not, but with a channel multiplier another kernel takes their place.
    """
    depthwise = layer.shape[1] == 1 and layer.shape[0] == layer.groups > 1
    return not (layer.op == "Conv" and depthwise)


def _assemble(model: ModelProto, draft: Draft) -> ModelProto:
    """Keep the initializers that are still read, and name the outputs as they were."""
    outputs = [item.name for item in model.graph.output]
    nodes = [*draft.before, *draft.nodes]
    for name in outputs:
        if name in draft.renamed:  # an output is handed out as it is after the quantiser
            nodes.append(helper.make_node("Identity", [draft.renamed[name]], [f"{name}/given"]))
            _rename(nodes, name, f"{name}/raw")
            _rename(nodes, f"{name}/given", name)
    read = {name for node in nodes for name in node.input}
    known = {item.name: item for item in model.graph.initializer}
    known |= draft.initializers | draft.shared
    graph = helper.make_graph(
        nodes,
        model.graph.name or "network",
        list(model.graph.input),
        list(model.graph.output),
        [item for name, item in known.items() if name in read],
    )
    standard = [item.version for item in model.opset_import if item.domain in ("", "ai.onnx")]
    opset = max(OPSET, *standard)
    return helper.make_model(
        graph,
        producer_name="bitfront",
        opset_imports=[helper.make_opsetid("", opset), *_others(model, nodes)],
        ir_version=OLD_IR_VERSION if opset <= OLD_OPSET else model.ir_version,
    )


def _others(model: ModelProto, nodes: list[NodeProto]) -> list[OperatorSetIdProto]:
    """The other operator sets: those of the model, and ONNX Runtime's own where it is used."""
    others = [item for item in model.opset_import if item.domain not in ("", "ai.onnx")]
    known = {item.domain for item in others}
    if RUNTIME not in known and any(node.domain == RUNTIME for node in nodes):
        others.append(helper.make_opsetid(RUNTIME, 1))
    return others


def _rename(nodes: list[NodeProto], old: str, new: str) -> None:
    for node in nodes:
        for names in (node.input, node.output):
            for index, name in enumerate(names):
                if name == old:
                    names[index] = new
