"""What a file tells of how it wants its pictures and what its classes are called."""

from __future__ import annotations

import ast
import json
from dataclasses import dataclass
from typing import Any

import numpy as np
from onnx import ModelProto, NodeProto

from models.workload import Family
from quant.graph.layers import Layer
from quant.graph.network import Network

NAMES = ("names", "labels", "classes", "class_names", "id2label")
MOST_METADATA = 1_000_000  # characters of one entry
BYTE = 255.0


@dataclass(frozen=True, slots=True)
class Hints:
    """`scale` is "bytes" where the network itself divides by 255, "fractions" where it takes a mean
    away from pixels as fractions of 1, and "" where it does neither."""

    names: tuple[str, ...] = ()
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()
    scale: str = ""


def hints(model: ModelProto, channels: int, classes: int, source: str) -> Hints:
    """From the metadata, and from what the first operations do to the picture."""
    told = {
        item.key.lower(): item.value
        for item in model.metadata_props
        if len(item.value) <= MOST_METADATA
    }
    names = next((found for key in NAMES if (found := _names(told.get(key, ""), classes))), ())
    mean, std = (_numbers(told.get(key, ""), channels) for key in ("mean", "std"))
    if mean and max(mean) > 1:
        mean, std = tuple(m / BYTE for m in mean), tuple(s / BYTE for s in std)
    both = bool(mean and std) and min(std) > 0
    return Hints(names, mean if both else (), std if both else (), _scale(model, source))


def family(layers: tuple[Layer, ...], model: ModelProto) -> Family:
    """What bears on rounding."""
    network = Network(model)
    if any(
        node.op_type == "MatMul" and len(network.data_inputs(node)) == 2 for node in network.nodes
    ):
        return "transformer"
    deep = any(layer.groups > 1 and layer.shape[1] == 1 for layer in layers)
    return "depthwise" if deep else "convolutional"


def _read(text: str) -> Any:
    """A value as JSON or as Python writes it; None where it is neither."""
    for parse in (json.loads, ast.literal_eval):
        try:
            return parse(text)
        except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
            continue
    return None


def _names(text: str, classes: int) -> tuple[str, ...]:
    if not text:
        return ()
    found = _read(text)
    if isinstance(found, dict):
        try:
            found = [found[key] for key in sorted(found, key=int)]
        except (ValueError, TypeError):
            return ()
    if found is None:
        found = text.splitlines() if "\n" in text else text.split(",")
    if not isinstance(found, list | tuple) or len(found) != classes:
        return ()
    return tuple(str(name).strip()[:100] for name in found)


def _numbers(text: str, channels: int) -> tuple[float, ...]:
    found = _read(text) if text else None
    if not isinstance(found, list | tuple) or len(found) != channels:
        return ()
    if not all(isinstance(value, int | float) and np.isfinite(value) for value in found):
        return ()
    return tuple(map(float, found))


def _scale(model: ModelProto, source: str) -> str:
    network, name = Network(model), source
    for _ in range(4):
        node = network.only_consumer(name)
        if node is None:
            return ""
        value = _constant(network, node)
        if node.op_type in ("Div", "Mul") and value is not None:
            factor = 1 / value if node.op_type == "Div" else value
            return "bytes" if factor < 0.02 else ""
        if node.op_type in ("Sub", "Add") and value is not None:
            return "bytes" if abs(value) > 5 else "fractions"
        if node.op_type not in ("Transpose", "Cast", "Identity"):
            return ""
        name = node.output[0]
    return ""


def _constant(network: Network, node: NodeProto) -> float | None:
    for name in node.input:
        if network.is_constant(name):
            value = network.constant(name)
            if value.dtype == np.float32 and 1 <= value.size <= 3:
                return float(np.abs(value).mean()) or None
    return None
