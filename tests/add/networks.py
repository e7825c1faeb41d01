"""Tiny networks, sound and hostile, written with ONNX's own helpers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

CLASSES = 3


def classifier(
    *,
    shape: Sequence[int | str | None] = ("n", 1, 8, 8),
    opset: int = 18,
    kind: int = TensorProto.FLOAT,
    extra: Sequence[NodeProto] = (),
    outputs: Sequence[str] = ("scores",),
    initializers: Sequence[TensorProto] = (),
    reshape: Sequence[int] = (0, -1),
    value: float = 0.1,
) -> ModelProto:
    """A convolution, a Reshape and a Gemm; `extra` nodes come last."""
    draw = np.random.default_rng(0)
    channels = 1 if shape[1] in ("c", None) else int(shape[1] or 1)
    weights = {
        "conv.weight": (value * draw.standard_normal((4, channels, 3, 3))).astype(np.float32),
        "fc.weight": draw.standard_normal((CLASSES, 4 * 64)).astype(np.float32),
        "fc.bias": np.zeros(CLASSES, np.float32),
        "flat": np.array(reshape, np.int64),
    }
    nodes = [
        helper.make_node("Conv", ["input", "conv.weight"], ["mid"], "conv", pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["mid"], ["relu"], "relu"),
        helper.make_node("Reshape", ["relu", "flat"], ["row"], "reshape"),
        helper.make_node("Gemm", ["row", "fc.weight", "fc.bias"], ["scores"], "fc", transB=1),
        *extra,
    ]
    graph = helper.make_graph(
        nodes,
        "net",
        [helper.make_tensor_value_info("input", kind, shape)],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
        [
            *(numpy_helper.from_array(array, name) for name, array in weights.items()),
            *initializers,
        ],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=9)


def saved(model: ModelProto, folder: Path, name: str = "net.onnx") -> Path:
    path = folder / name
    onnx.save(model, path)
    return path
