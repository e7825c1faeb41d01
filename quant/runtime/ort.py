"""ONNX Runtime on the processor: load a file, run it, and say which kernels it uses."""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime

from quant.errors import ModelError
from quant.runtime.options import PROVIDERS, options
from quant.runtime.protocol import Floats, Kernels

INTEGER_KERNELS = {
    "QLinearConv", "ConvInteger", "QGemm", "QLinearMatMul", "MatMulInteger",
    "MatMulIntegerToFloat", "DynamicQuantizeMatMul",
}  # fmt: skip
LAYER_KERNELS = {"Conv", "FusedConv", "Gemm", "FusedGemm", "MatMul", "FusedMatMul", "MatMulNBits"}


class Session:
    """A loaded file. `run` maps pictures (n, c, h, w) to logits (n, classes)."""

    def __init__(
        self, path: Path, *, threads: int, optimised: bool = True, written: Path | None = None
    ) -> None:
        chosen = options(threads)
        if not optimised:
            chosen.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        if written is not None:
            chosen.optimized_model_filepath = str(written)
        try:
            self._session = onnxruntime.InferenceSession(str(path), chosen, providers=PROVIDERS)
        except Exception as exc:  # onnxruntime raises errors of many kinds
            raise ModelError(
                f"{path.name} does not load in ONNX Runtime: {str(exc).splitlines()[0][:200]}"
            ) from exc
        self.inputs: Any = self._session.get_inputs()
        self.input: Any = self.inputs[0]
        self._name = path.name
        self.outputs: Any = self._session.get_outputs()

    def run(self, pictures: Floats) -> Floats:
        try:
            out = self._session.run([self.outputs[0].name], {self.input.name: pictures})[0]
        except Exception as exc:  # onnxruntime raises errors of many kinds
            raise ModelError(
                f"{self._name} does not run on pictures of shape {pictures.shape}: "
                f"{str(exc).splitlines()[0][:200]}"
            ) from exc
        return np.asarray(out, np.float32)


def load(path: Path, *, threads: int, at_once: int = 1) -> Session:  # noqa: ARG001
    """As `quant.runtime.protocol.Runtime` says; a session may be run by any number at a time."""
    return Session(path, threads=threads)


def kernels(path: Path) -> Kernels:
    """Load a file and read the graph that ONNX Runtime really executes."""
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder) / "optimised.onnx"
        Session(path, threads=1, written=written)
        graph = onnx.load(written).graph
    used: Counter[str] = Counter()
    of_weight: dict[str, str] = {}
    of_node: dict[str, str] = {}
    for node in graph.node:
        if node.op_type in INTEGER_KERNELS:
            used[node.op_type] += 1
            of_weight.update(dict.fromkeys(node.input, node.op_type))
            of_node[re.sub(r"_token_\d+$", "", node.name)] = node.op_type
        elif node.op_type in LAYER_KERNELS:
            used[node.op_type] += 1
    return Kernels(dict(used), of_weight, of_node)
