"""The reference kernel: fixed float and integer work that tells how quick the machine is.

A matrix product in float32 and one in 8-bit integers, 64 rows by 512 × 1024 each: 67 million
multiply-adds over 2.6 MB of weights, about a millisecond on one core.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from quant.disk import appearing, writing

VERSION = 1  # of the work: its times compare only with those of the same version
ROWS, INNER, OUTER = 64, 512, 1024


def reference_file(home: Path) -> Path:
    """The kernel as a file below the home folder, written if it is not there."""
    path = home / "cache" / f"reference-{VERSION}.onnx"
    if not path.exists():
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            with appearing(path, ".reference-") as draft:
                draft.write_bytes(_model().SerializeToString())
    return path


def _model() -> onnx.ModelProto:
    draw = np.random.default_rng(0)
    floats = draw.standard_normal((INNER, OUTER)).astype(np.float32)
    codes = draw.integers(-127, 128, (INNER, OUTER), np.int8)
    nodes = [
        helper.make_node("MatMul", ["x", "floats"], ["first"]),
        helper.make_node("Cast", ["x"], ["bytes"], to=TensorProto.UINT8),
        helper.make_node("MatMulInteger", ["bytes", "codes"], ["whole"]),
        helper.make_node("Cast", ["whole"], ["second"], to=TensorProto.FLOAT),
        helper.make_node("Add", ["first", "second"], ["y"]),
    ]
    graph = helper.make_graph(
        nodes,
        "reference",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [ROWS, INNER])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [ROWS, OUTER])],
        [numpy_helper.from_array(floats, "floats"), numpy_helper.from_array(codes, "codes")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
