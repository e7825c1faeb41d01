"""Fold a network to what is quantised: batch norm into convolutions, means into pooling."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import ModelProto, NodeProto, helper, numpy_helper

from quant.errors import ModelError
from quant.graph.einsum import einsums_to_products
from quant.graph.expand import expand_no_more
from quant.graph.files import LARGEST, size_of
from quant.graph.gelu import halve_last
from quant.graph.hard import bounds_behind_layers, spell_out
from quant.graph.inferred import inferred
from quant.graph.metadata import strip
from quant.graph.network import Network, attribute
from quant.graph.order import layers_before_moves

BESIDE = "session.optimized_model_external_initializers_file_name"
OLD_OPSET, OLD_IR_VERSION = 19, 9  # ONNX 1.14, which ONNX Runtime reads since 1.15


def fold(path: Path) -> ModelProto:
    """Load a model and let ONNX Runtime fold it: its basic level writes standard ONNX.

    Means over height and width become GlobalAveragePool, which has an integer kernel.

    Raises:
        ModelError: the file is no ONNX model that ONNX Runtime can load.
    """
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.log_severity_level = 4
    with tempfile.TemporaryDirectory() as folder:
        folded = Path(folder) / "folded.onnx"
        options.optimized_model_filepath = str(folded)
        if size_of(path) > LARGEST:
            options.add_session_config_entry(BESIDE, "folded.weights")
        try:
            onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
            model = onnx.load(folded)
        except Exception as exc:  # onnxruntime raises errors of many kinds
            raise ModelError(f"{path.name} cannot be loaded: {str(exc)[:200]}") from exc
    strip(model)
    _name_nodes(model)
    means_to_pooling(model)
    halve_last(model)
    einsums_to_products(model)
    expand_no_more(model)
    spell_out(model)
    bounds_behind_layers(model)
    layers_before_moves(model)
    del model.graph.value_info[:]
    _as_old_as_it_can_be(model)
    return model


def _name_nodes(model: ModelProto) -> None:
    """Layers are known by their node's name; other exporters leave it out, or give it twice.
    OpenVINO lists the names of what it joins between commas, so none may be in one."""
    taken: set[str] = set()
    for index, node in enumerate(model.graph.node):
        if not node.name or node.name in taken or "," in node.name:
            node.name = f"{node.op_type}_{index}"
        taken.add(node.name)


def _as_old_as_it_can_be(model: ModelProto) -> None:
    """Older runtimes refuse a file format that is newer than they are, whatever is in it."""
    standard = [item for item in model.opset_import if item.domain in ("", "ai.onnx")]
    used = {node.domain for node in model.graph.node}
    others = [item for item in model.opset_import if item.domain in used and item not in standard]
    del model.opset_import[:]
    model.opset_import.extend([*standard, *others])
    if max(item.version for item in standard) <= OLD_OPSET:
        model.ir_version = min(model.ir_version, OLD_IR_VERSION)


def means_to_pooling(model: ModelProto) -> None:
    """Rewrite, in place, every mean over height and width of a picture-shaped tensor."""
    network, shapes = Network(model), shapes_of(model)
    nodes: list[NodeProto] = []
    for node in network.nodes:
        if _is_pooling(node, network, shapes):
            nodes.extend(_pooling(node, model))
        else:
            nodes.append(node)
    del model.graph.node[:]
    model.graph.node.extend(nodes)


def shapes_of(model: ModelProto, batch: int = 1) -> dict[str, tuple[int, ...]]:
    """Shape of every tensor that shape inference finds, with the free batch set."""
    graph = inferred(model, batch)
    shapes = {
        item.name: tuple(dim.dim_value for dim in item.type.tensor_type.shape.dim)
        for item in (*graph.input, *graph.value_info, *graph.output)
    }
    return shapes | {item.name: tuple(item.dims) for item in graph.initializer}


def _is_pooling(node: NodeProto, network: Network, shapes: dict[str, tuple[int, ...]]) -> bool:
    if node.op_type != "ReduceMean" or len(shapes.get(node.input[0], ())) != 4:
        return False
    if len(node.input) > 1 and network.is_constant(node.input[1]):
        axes = network.constant(node.input[1]).tolist()
    else:
        axes = attribute(node, "axes", [])
    return sorted(axis % 4 for axis in axes) == [2, 3]


def _pooling(node: NodeProto, model: ModelProto) -> list[NodeProto]:
    source, target = node.input[0], node.output[0]
    if attribute(node, "keepdims", 1):
        return [helper.make_node("GlobalAveragePool", [source], [target], name=node.name)]
    pooled, axes = f"{target}/pooled", f"{target}/axes"
    model.graph.initializer.append(numpy_helper.from_array(np.array([2, 3]), axes))
    return [
        helper.make_node("GlobalAveragePool", [source], [pooled], name=node.name),
        helper.make_node("Squeeze", [pooled, axes], [target], name=f"{node.name}/squeeze"),
    ]
