"""A folded network is held against the exported one before it is used."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from models.workload import workload
from quant.errors import ModelError
from quant.graph import prepared

SMALL = replace(workload("fashion-resnet"), input_shape=(1, 4, 4))


def file(path: Path, shift: float) -> Path:
    value = helper.make_tensor_value_info
    draw = np.random.default_rng(0)
    graph = helper.make_graph(
        [
            helper.make_node("Conv", ["input", "w", "b"], ["c"], name="conv"),
            helper.make_node("Flatten", ["c"], ["logits"], name="flatten"),
        ],
        "g",
        [value("input", TensorProto.FLOAT, ["n", 1, 4, 4])],
        [value("logits", TensorProto.FLOAT, None)],
        [
            numpy_helper.from_array(draw.standard_normal((3, 1, 4, 4)).astype(np.float32), "w"),
            numpy_helper.from_array(np.full(3, shift, np.float32), "b"),
        ],
    )
    onnx.save(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9), path
    )
    return path


def test_another_answer_than_the_exported_network_is_refused(tmp_path: Path) -> None:
    exported, changed = file(tmp_path / "a.onnx", 0.5), file(tmp_path / "b.onnx", 0.6)
    with pytest.raises(ModelError, match="changes its logits by 0"):
        prepared._check(exported, changed, SMALL)


def test_what_the_runtime_itself_changes_is_allowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exported, same = file(tmp_path / "a.onnx", 0.5), file(tmp_path / "b.onnx", 0.5)
    monkeypatch.setattr(prepared, "TOLERANCE", -1.0)
    prepared._check(exported, same, SMALL)
