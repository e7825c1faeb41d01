"""Networks whose weights are more than one ONNX file may hold."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import ModelProto, TensorProto, helper, numpy_helper

from quant.graph import export, files, fold
from quant.graph.files import move, save, sha256_of, size_of, weights_beside
from quant.graph.layers import layers_of
from quant.runtime import watched
from quant.runtime.ort import Session

PICTURES = np.random.default_rng(0).standard_normal((2, 3, 8, 8)).astype(np.float32)


@pytest.fixture
def small_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if files could hold next to nothing."""
    for module in (files, fold, export):
        monkeypatch.setattr(module, "LARGEST", 3000)


def network() -> ModelProto:
    draw = np.random.default_rng(0)
    weight = draw.standard_normal((64, 3, 3, 3)).astype(np.float32)
    bias = draw.standard_normal(64).astype(np.float32)
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        [
            helper.make_node("Conv", ["input", "w", "b"], ["c"], name="conv"),
            helper.make_node("ReduceMean", ["c", "axes"], ["logits"], name="mean", keepdims=0),
        ],
        "g",
        [value("input", TensorProto.FLOAT, ["n", 3, 8, 8])],
        [value("logits", TensorProto.FLOAT, None)],
        [
            numpy_helper.from_array(weight, "w"),
            numpy_helper.from_array(bias, "b"),
            numpy_helper.from_array(np.array([2, 3]), "axes"),
        ],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)


def test_weights_of_a_large_network_lie_beside_it(small_limit: None, tmp_path: Path) -> None:
    model, path = network(), tmp_path / "large.onnx"
    before = model.SerializeToString()
    save(model, path)
    assert model.SerializeToString() == before
    assert weights_beside(path).stat().st_size == 64 * 27 * 4
    assert path.stat().st_size < 2000
    assert size_of(path) == path.stat().st_size + weights_beside(path).stat().st_size
    assert onnx.load(path).SerializeToString() != b""
    loaded = {item.name: numpy_helper.to_array(item) for item in onnx.load(path).graph.initializer}
    for item in model.graph.initializer:
        np.testing.assert_array_equal(loaded[item.name], numpy_helper.to_array(item))


def test_its_digest_is_of_the_weights_too(small_limit: None, tmp_path: Path) -> None:
    path = tmp_path / "large.onnx"
    save(network(), path)
    before = sha256_of(path)
    changed = bytearray(weights_beside(path).read_bytes())
    changed[5] ^= 1
    weights_beside(path).write_bytes(changed)
    assert sha256_of(path) != before


def test_it_is_moved_folded_and_watched(small_limit: None, tmp_path: Path) -> None:
    small = tmp_path / "whole.onnx"
    onnx.save(network(), small)
    wanted = Session(small, threads=1).run(PICTURES)
    made, path = tmp_path / "made" / "large.onnx", tmp_path / "large.onnx"
    made.parent.mkdir()
    save(network(), made)
    move(made, path)
    assert not list(made.parent.iterdir())
    folded = fold.fold(path)
    assert [layer.name for layer in layers_of(folded)] == ["w"]
    save(folded, tmp_path / "folded.onnx")
    assert weights_beside(tmp_path / "folded.onnx").exists()
    np.testing.assert_allclose(
        Session(tmp_path / "folded.onnx", threads=1).run(PICTURES), wanted, rtol=1e-5
    )
    session = watched.watched(folded, ["c"])
    assert session.run(["c"], {"input": PICTURES})[0].shape == (2, 64, 6, 6)
