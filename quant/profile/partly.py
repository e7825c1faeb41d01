"""A quantised file's network with only some of its quantisers: the rest stays float.

What the file holds is taken from it: dequantised weights and biases, and the grid of every
quantised tensor. So a method that learned is told of as it is, without learning again.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, helper, numpy_helper

from quant.graph.network import Network
from quant.graph.prepared import Prepared
from quant.lower.placement import PASSING_OPS

Floats = NDArray[np.float32]
FULL = 255


@dataclass(frozen=True, slots=True)
class Levels:
    """Of one tensor: code 0 to `top` stand for (code - zero) x scale."""

    scale: float
    zero: int
    top: int


@dataclass(frozen=True)
class Held:
    """What a file holds. `weights` and `biases` are dequantised, by layer; `levels` by tensor."""

    weights: dict[str, Floats]
    biases: dict[str, Floats]
    levels: dict[str, Levels]


def held(file: Path, prepared: Prepared) -> Held:
    """Read a quantised file that was made of this network."""
    model = onnx.load(file)
    network = Network(model)
    nodes = {node.name: node for node in network.nodes}
    wanted: dict[tuple[str, str], str] = {}
    for layer in prepared.layers:
        node = nodes.get(layer.node)
        if node is None:
            continue
        wanted["weight", layer.name] = node.input[1]
        if len(node.input) > 2 and node.input[2]:
            wanted["bias", layer.name] = node.input[2]
        elif layer.added and f"{layer.name}/bias" in network.constants:
            wanted["bias", layer.name] = f"{layer.name}/bias"
    values = _evaluated(network, list(dict.fromkeys(wanted.values())))
    found: dict[str, dict[str, Floats]] = {"weight": {}, "bias": {}}
    for (kind, layer_name), tensor in wanted.items():
        found[kind][layer_name] = values[tensor]
    return Held(found["weight"], found["bias"], _levels(network, prepared.network))


def partly(
    prepared: Prepared, given: Held, layers: Collection[str], tensors: Collection[str]
) -> ModelProto:
    """The float network with the weights of `layers` and the levels of `tensors` as in the file."""
    model = ModelProto()
    model.CopyFrom(prepared.model)
    known = prepared.network
    added: list[onnx.TensorProto] = []
    swapped: dict[tuple[str, str], str] = {}
    for layer in prepared.layers:
        if layer.name not in layers or layer.name not in given.weights:
            continue
        swapped[layer.node, layer.weight] = f"{layer.name}/held"
        added.append(numpy_helper.from_array(given.weights[layer.name], f"{layer.name}/held"))
        if layer.name in given.biases:
            reader = known.only_consumer(layer.output) if layer.added else None
            where = reader.name if reader is not None else layer.node
            name = f"{layer.name}/held/bias"
            swapped[where, layer.bias or layer.added] = name
            added.append(numpy_helper.from_array(given.biases[layer.name], name))
    nodes: list[NodeProto] = []
    renamed: dict[str, str] = {}
    for source in known.inputs:
        if source in tensors:
            nodes += _quantiser(source, given.levels[source], added, renamed)
    for node in model.graph.node:
        for index, name in enumerate(node.input):
            node.input[index] = swapped.get((node.name, name), renamed.get(name, name))
        for index, name in enumerate(node.input):
            if not name and (node.name, "") in swapped:  # a layer that had no bias has one now
                node.input[index] = swapped[node.name, ""]
        nodes.append(node)
        for name in list(node.output):
            if name in tensors and name not in known.outputs:
                nodes += _quantiser(name, given.levels[name], added, renamed)
    for node in nodes:
        absent = swapped.get((node.name, ""))
        if absent is not None and absent not in node.input:
            node.input.append(absent)
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    model.graph.initializer.extend(added)
    return model


def _quantiser(
    name: str, levels: Levels, added: list[onnx.TensorProto], renamed: dict[str, str]
) -> list[NodeProto]:
    """Float arithmetic, so that no integer kernel takes its place: the same on every machine."""
    base = f"{name}/held"
    values = {
        "scale": np.float32(levels.scale),
        "low": np.float32(-levels.zero),
        "high": np.float32(levels.top - levels.zero),
    }
    added += [numpy_helper.from_array(np.asarray(v), f"{base}/{k}") for k, v in values.items()]
    renamed[name] = f"{base}/levels"
    steps = (
        ("Div", [name, f"{base}/scale"], f"{base}/steps"),
        ("Round", [f"{base}/steps"], f"{base}/rounded"),
        ("Clip", [f"{base}/rounded", f"{base}/low", f"{base}/high"], f"{base}/clipped"),
        ("Mul", [f"{base}/clipped", f"{base}/scale"], f"{base}/levels"),
    )
    return [helper.make_node(op, inputs, [out], name=out) for op, inputs, out in steps]


def _evaluated(network: Network, names: list[str]) -> dict[str, Floats]:
    """Values of tensors that depend on constants alone."""
    needed: set[str] = set()
    waiting = list(names)
    while waiting:
        node = network.producer.get(waiting.pop())
        if node is not None and node.output[0] not in needed:
            needed.update(node.output)
            waiting += [name for name in node.input if name]
    nodes = [node for node in network.nodes if needed & set(node.output)]
    read = {name for node in nodes for name in node.input}
    plain = [name for name in names if name in network.constants]
    computed = [name for name in names if name not in network.constants]
    values = {name: np.asarray(network.constant(name), np.float32) for name in plain}
    if computed:
        outputs = [
            helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None) for name in computed
        ]
        kept = [item for name, item in network.constants.items() if name in read]
        graph = helper.make_graph(nodes, "constants", [], outputs, kept)
        model = helper.make_model(
            graph, opset_imports=network.model.opset_import, ir_version=network.model.ir_version
        )
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4
        session = onnxruntime.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
        values |= dict(zip(computed, session.run(computed, {}), strict=True))
    return values


def _levels(network: Network, before: Network) -> dict[str, Levels]:
    """The grid of every tensor that the file quantises, in integers or in float arithmetic."""
    nodes = {node.name: node for node in network.nodes}
    found: dict[str, Levels] = {}
    for name in (*before.inputs, *(out for node in before.nodes for out in node.output)):
        if f"{name}/codes" in nodes:
            top = FULL
            if (clip := nodes.get(f"{name}/clipped")) is not None:
                top = int(network.constant(clip.input[2]))
            scale, zero = (network.constant(f"{name}/{part}") for part in ("scale", "zero"))
            found[name] = Levels(float(scale), int(zero), top)
        elif f"{name}/steps" in nodes:
            low, high = (float(network.constant(f"{name}/{part}")) for part in ("low", "high"))
            found[name] = Levels(float(network.constant(f"{name}/scale")), round(-low),
                                 round(high - low))  # fmt: skip
        else:
            continue
        maker = before.producer.get(name)
        if maker is not None and maker.op_type in PASSING_OPS and maker.input[0] in found:
            found[name] = Levels(found[name].scale, found[name].zero, found[maker.input[0]].top)
    return found
