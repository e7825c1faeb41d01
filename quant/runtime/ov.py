"""OpenVINO on the processor: load a file, run it, and say which kernels it uses."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import numpy as np
import onnx
import openvino
from openvino import opset13

from quant.errors import ModelError
from quant.runtime.ov_options import compiled
from quant.runtime.protocol import Floats, Kernels

LAYERS = ("Convolution", "GroupConvolution", "FullyConnected", "MatMul")
INTEGERS = ("u8", "i8")
# what OpenVINO adds to the name of a node that it takes apart
ADDED = re.compile(r"(/(WithoutBiases|transpose_[ab]|Dequantization\w+))+$")


class Session:
    """A loaded file. `run` maps pictures (n, c, h, w) to logits (n, classes)."""

    def __init__(self, path: Path, *, threads: int, at_once: int = 1) -> None:
        _prepare_bindings()
        self._name = path.name
        self._compiled = _compiled(path, threads, at_once)
        self._shape = self._compiled.input(0).get_partial_shape()
        # one for each who may call at the same time
        self._free: SimpleQueue[openvino.InferRequest] = SimpleQueue()
        for _ in range(at_once):
            self._free.put(self._compiled.create_infer_request())

    def run(self, pictures: Floats) -> Floats:
        # OpenVINO (seen in 2026.4) may read beyond what it is given instead of refusing it
        if not self._shape.compatible(openvino.PartialShape(list(pictures.shape))):
            raise ModelError(
                f"{self._name} does not run on pictures of shape {pictures.shape}: it takes "
                f"{self._shape}"
            )
        request = self._free.get()
        try:
            return np.array(request.infer({0: pictures})[0], np.float32)
        except Exception as exc:  # openvino raises errors of many kinds
            raise ModelError(
                f"{self._name} does not run on pictures of shape {pictures.shape}: {_reason(exc)}"
            ) from exc
        finally:
            self._free.put(request)

    def executed(self) -> list[dict[str, str]]:
        """What OpenVINO tells of each node of the graph that it executes, in order.

        Some kernels are chosen when the first pictures come, so blank ones are run before.
        """
        sizes = [axis.get_length() if axis.is_static else 1 for axis in self._shape]
        self.run(np.zeros(sizes, np.float32))
        return [_told(node) for node in self._compiled.get_runtime_model().get_ordered_ops()]


def load(path: Path, *, threads: int, at_once: int = 1) -> Session:
    """As `quant.runtime.protocol.Runtime` says."""
    return Session(path, threads=threads, at_once=at_once)


def kernels(path: Path) -> Kernels:
    """Load a file and read the graph that OpenVINO really executes."""
    used: Counter[str] = Counter()
    of_node: dict[str, str] = {}
    for node in Session(path, threads=1).executed():
        if node["layerType"] in LAYERS:
            used[node["primitiveType"]] += 1
            if is_integer(node):
                of_node.update(dict.fromkeys(names_of(node), node["primitiveType"]))
    return Kernels(dict(used), _of_weight(path, of_node), of_node, "openvino")


def _of_weight(path: Path, of_node: dict[str, str]) -> dict[str, str]:
    """The kernels by the codes that they read, for whoever knows the file alone."""
    nodes = onnx.load(path).graph.node
    reads = {
        node.name: node.input[1].removesuffix("/dequantised")
        for node in nodes
        if len(node.input) > 1
    }
    return {f"{reads[name]}/codes": kernel for name, kernel in of_node.items() if name in reads}


def is_integer(node: dict[str, str]) -> bool:
    """Whether a node's kernel multiplies integers. One that reads 8-bit weights and float inputs
    has an integer precision, but no such kernel."""
    return node["runtimePrecision"] in INTEGERS and node["primitiveType"][-2:].lower() == "i8"


def names_of(node: dict[str, str]) -> Iterator[str]:
    """Of the file's nodes that a node executes."""
    for name in node["originalLayersNames"].split(","):
        yield ADDED.sub("", name)


@cache
def _prepare_bindings() -> None:
    """Have OpenVINO's Python bindings make what they make once, before several threads ask for it
    at the same time: they would wait for one another for ever (seen in 2026.4)."""
    given = opset13.parameter([1], np.float32)
    model = openvino.Model([opset13.relu(given)], [given], "nothing")
    request = openvino.Core().compile_model(model, "CPU").create_infer_request()
    request.infer({0: np.zeros(1, np.float32)})[0].tolist()


def _compiled(path: Path, threads: int, at_once: int) -> Any:
    try:
        return compiled(openvino.Core().read_model(path), threads, at_once)
    except Exception as exc:  # openvino raises errors of many kinds
        raise ModelError(f"{path.name} does not load in OpenVINO: {_reason(exc)}") from exc


def _told(node: Any) -> dict[str, str]:
    info = node.get_rt_info()
    names = ("layerType", "runtimePrecision", "primitiveType", "originalLayersNames")
    told = {name: str(info[name].astype(str)) if name in info else "" for name in names}
    return told | {"name": node.get_friendly_name()}


def _reason(exc: Exception) -> str:
    """The last line that says something: those before it name OpenVINO's own source files."""
    lines = [line.strip() for line in str(exc).splitlines()]
    told = [line for line in lines if line and not line.startswith(("Exception from", "Check"))]
    return (told or lines or ["no reason given"])[-1][:200]
