"""The float network with more of its tensors given as outputs."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path

import onnx
import onnxruntime
from onnx import ModelProto, helper

from quant.graph.files import save


def watched(model: ModelProto, tensors: Iterable[str]) -> onnxruntime.InferenceSession:
    """A session whose run may ask for these tensors too.

    It loads a file: the bytes of a model in memory would stay while the session makes its own of
    them, several times the weights in all.
    """
    present = {item.name for item in (*model.graph.output, *model.graph.input)}
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "watched.onnx"
        _write(model, [name for name in tensors if name not in present], path)
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def _write(model: ModelProto, tensors: Iterable[str], path: Path) -> None:
    copy = ModelProto()
    copy.CopyFrom(model)
    copy.graph.output.extend(
        helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None) for name in tensors
    )
    save(copy, path)
