"""Folding: what other exporters write becomes what is quantised."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from quant.errors import ModelError
from quant.graph.fold import fold
from quant.graph.layers import layers_of
from quant.runtime.ort import Session


def saved(nodes: list, constants: dict[str, np.ndarray], path: Path, shape: list) -> Path:
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        nodes,
        "g",
        [value("input", TensorProto.FLOAT, shape)],
        [value("logits", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )
    onnx.save(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9), path
    )
    return path


@pytest.mark.parametrize("keepdims", [0, 1])
def test_a_mean_over_height_and_width_becomes_pooling(keepdims: int, tmp_path: Path) -> None:
    mean = helper.make_node(
        "ReduceMean", ["input", "axes"], ["logits"], name="mean", keepdims=keepdims
    )
    path = saved([mean], {"axes": np.array([-1, -2])}, tmp_path / "m.onnx", ["n", 3, 4, 4])
    model = fold(path)
    assert model.graph.node[0].op_type == "GlobalAveragePool"
    onnx.save(model, tmp_path / "folded.onnx")
    pictures = np.random.default_rng(0).standard_normal((2, 3, 4, 4)).astype(np.float32)
    given, wanted = (Session(p, threads=1).run(pictures) for p in (tmp_path / "folded.onnx", path))
    np.testing.assert_allclose(given, wanted, rtol=1e-5)


def test_other_means_stay(tmp_path: Path) -> None:
    mean = helper.make_node("ReduceMean", ["input", "axes"], ["logits"], name="mean")
    path = saved([mean], {"axes": np.array([1])}, tmp_path / "m.onnx", ["n", 3, 4, 4])
    assert fold(path).graph.node[0].op_type == "ReduceMean"


def test_batch_norm_is_folded_into_its_convolution(tmp_path: Path) -> None:
    draw = np.random.default_rng(0)
    constants = {"w": draw.standard_normal((4, 3, 3, 3)).astype(np.float32)}
    constants |= {n: draw.uniform(0.5, 2, 4).astype(np.float32) for n in ("g", "b", "m", "v")}
    nodes = [
        helper.make_node("Conv", ["input", "w"], ["c"], name="conv"),
        helper.make_node("BatchNormalization", ["c", "g", "b", "m", "v"], ["logits"], name="bn"),
    ]
    model = fold(saved(nodes, constants, tmp_path / "m.onnx", ["n", 3, 5, 5]))
    assert [node.op_type for node in model.graph.node] == ["Conv"]
    (layer,) = layers_of(model)
    assert (layer.macs, layer.bias != "") == (4 * 27 * 9, True)


def test_a_file_that_is_no_network_is_refused(tmp_path: Path) -> None:
    (tmp_path / "m.onnx").write_bytes(b"no network")
    with pytest.raises(ModelError, match=r"m\.onnx cannot be loaded"):
        fold(tmp_path / "m.onnx")


def test_two_layers_that_share_a_weight_have_names_of_their_own(tmp_path: Path) -> None:
    weight = np.eye(4, dtype=np.float32)
    nodes = [
        helper.make_node("MatMul", ["input", "w"], ["h"], name="first"),
        helper.make_node("Relu", ["h"], ["r"], name="relu"),
        helper.make_node("MatMul", ["r", "w"], ["logits"], name="second"),
    ]
    layers = layers_of(fold(saved(nodes, {"w": weight}, tmp_path / "m.onnx", ["n", 4])))
    assert len({layer.name for layer in layers}) == 2


def test_names_of_nodes_can_be_listed_between_commas(tmp_path: Path) -> None:
    weight = np.eye(4, dtype=np.float32)
    nodes = [helper.make_node("MatMul", ["input", "a,b"], ["logits"], name="first,second")]
    model = fold(saved(nodes, {"a,b": weight}, tmp_path / "m.onnx", ["n", 4]))
    assert [node.name for node in model.graph.node] == ["MatMul_0"]
    assert [layer.node for layer in layers_of(model)] == ["MatMul_0"]


def test_an_exporter_s_notes_are_taken_out(tmp_path: Path) -> None:
    node = helper.make_node("Relu", ["input"], ["logits"], name="relu", doc_string="File /home/me")
    path = saved([node], {"unused": np.zeros(1)}, tmp_path / "m.onnx", ["n", 3])
    model = onnx.load(path)
    model.graph.node[0].metadata_props.add(key="stack_trace", value="File /home/me/net.py")
    model.graph.input[0].metadata_props.add(key="stack_trace", value="File /home/me/net.py")
    onnx.save(model, path)
    assert b"/home/me" not in fold(path).SerializeToString()
