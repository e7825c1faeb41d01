"""A network file is brought to one form, or refused with a sentence."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from quant.add.network import look
from quant.errors import ModelError
from quant.runtime.ort import Session
from tests.add.networks import CLASSES, classifier, saved


def looked(path: Path, **given: Any) -> dict[str, Any]:
    return look(str(path), str(path.parent / "written.onnx"), **given)


def answers(path: Path, shape: tuple[int, ...]) -> np.ndarray:
    pictures = np.random.default_rng(3).standard_normal(shape).astype(np.float32)
    return Session(path, threads=1).run(pictures)


def test_facts_are_read_from_the_file(tmp_path: Path) -> None:
    found = looked(saved(classifier(), tmp_path))
    assert (found["channels"], found["height"], found["width"]) == (1, 8, 8)
    assert (found["classes"], found["layers"], found["told"]) == (CLASSES, 2, [])


def test_a_fixed_batch_becomes_free_with_the_same_answers(tmp_path: Path) -> None:
    path = saved(classifier(shape=(1, 1, 8, 8), reshape=(1, -1)), tmp_path)
    found = looked(path)
    assert "one picture at a time" in found["told"][0]
    many = answers(tmp_path / "written.onnx", (5, 1, 8, 8))
    pictures = np.random.default_rng(3).standard_normal((5, 1, 8, 8)).astype(np.float32)
    one = Session(path, threads=1).run(pictures[2:3])
    np.testing.assert_allclose(many[2:3], one, atol=1e-5)


def test_a_batch_that_cannot_be_freed_is_said_with_the_remedy(tmp_path: Path) -> None:
    mixing = helper.make_node("Reshape", ["scores", "over"], ["mixed"], "mix")
    over = numpy_helper.from_array(np.array([1, 1, CLASSES], np.int64), "over")
    back = helper.make_node("Reshape", ["mixed", "again"], ["out"], "back")
    again = numpy_helper.from_array(np.array([CLASSES // CLASSES, CLASSES], np.int64), "again")
    tile = helper.make_node("ReduceMax", ["out"], ["top"], "top", keepdims=1)
    wide = helper.make_node("Expand", ["top", "wide"], ["last"], "expand")
    width = numpy_helper.from_array(np.array([1, CLASSES], np.int64), "wide")
    model = classifier(
        shape=(1, 1, 8, 8),
        extra=[mixing, back, tile, wide],
        outputs=["last"],
        initializers=[over, again, width],
    )
    with pytest.raises(ModelError, match="dynamic_shapes"):
        looked(saved(model, tmp_path))


@pytest.mark.parametrize("opset", [9, 11, 13, 17, 18, 20, 22])
def test_opsets_are_taken(tmp_path: Path, opset: int) -> None:
    path = saved(classifier(opset=opset), tmp_path)
    looked(path)
    shape = (2, 1, 8, 8)
    written = tmp_path / "written.onnx"
    np.testing.assert_allclose(answers(written, shape), answers(path, shape), atol=1e-5)
    versions = {item.domain: item.version for item in onnx.load(written).opset_import}
    assert versions[""] == max(opset, 18)


def test_channels_last_is_turned(tmp_path: Path) -> None:
    turn = helper.make_node("Transpose", ["input"], ["nchw"], "turn", perm=[0, 3, 1, 2])
    model = classifier(shape=("n", 8, 8, 3))
    nodes = list(model.graph.node)
    nodes[0].input[0] = "nchw"
    weight = np.ones((4, 3, 3, 3), np.float32)
    model.graph.initializer[0].CopyFrom(numpy_helper.from_array(weight, "conv.weight"))
    del model.graph.node[:]
    model.graph.node.extend([turn, *nodes])
    found = looked(saved(model, tmp_path))
    assert (found["channels"], found["height"], found["width"]) == (3, 8, 8)
    assert any("(n, height, width, channels)" in sentence for sentence in found["told"])
    assert answers(tmp_path / "written.onnx", (2, 3, 8, 8)).shape == (2, CLASSES)


def test_an_open_size_is_guessed_and_said_or_given(tmp_path: Path) -> None:
    pool = helper.make_node("GlobalAveragePool", ["relu"], ["pooled"], "pool")
    model = classifier(shape=("n", 1, "h", "w"))
    nodes = list(model.graph.node)
    nodes.insert(2, pool)
    nodes[3].input[0] = "pooled"
    small = np.ones((CLASSES, 4), np.float32)
    model.graph.initializer[1].CopyFrom(numpy_helper.from_array(small, "fc.weight"))
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    path = saved(model, tmp_path)
    guessed = looked(path)
    assert guessed["is_guessed"]
    assert "guess" in guessed["told"][0]
    given = looked(path, size=[12, 12])
    assert (given["height"], given["width"], given["told"]) == (12, 12, [])
    fixed = saved(classifier(), tmp_path, "fixed.onnx")
    with pytest.raises(ModelError, match="12 by 12, and the file takes 8 by 8"):
        looked(fixed, size=[12, 12])


def test_names_and_normalisation_are_read_from_metadata(tmp_path: Path) -> None:
    model = classifier()
    for key, value in {
        "names": "{0: 'cat', 1: 'dog', 2: 'cow'}",
        "mean": "[127.5]",
        "std": "[51]",
    }.items():
        model.metadata_props.add(key=key, value=value)
    found = looked(saved(model, tmp_path))
    assert found["names"] == ("cat", "dog", "cow")
    assert (found["mean"], found["std"]) == ((0.5,), (0.2,))


def refused(model: onnx.ModelProto, tmp_path: Path) -> str:
    with pytest.raises(ModelError) as caught:
        looked(saved(model, tmp_path))
    sentence = str(caught.value)
    assert "\n" not in sentence
    return sentence


def test_custom_operators_are_named(tmp_path: Path) -> None:
    strange = helper.make_node("Sparkle", ["scores"], ["out"], "s", domain="com.acme")
    assert "com.acme::Sparkle" in refused(classifier(extra=[strange], outputs=["out"]), tmp_path)
    unknown = helper.make_node("Glitter", ["scores"], ["out"], "g")
    assert "Glitter" in refused(classifier(extra=[unknown], outputs=["out"]), tmp_path)


def test_a_quantised_file_is_refused(tmp_path: Path) -> None:
    again = helper.make_node("DynamicQuantizeLinear", ["scores"], ["a", "b", "c"], "q")
    assert "quantised already" in refused(classifier(extra=[again]), tmp_path)


def test_a_circle_is_named(tmp_path: Path) -> None:
    one = helper.make_node("Add", ["scores", "y"], ["x"], "one")
    two = helper.make_node("Relu", ["x"], ["y"], "two")
    sentence = refused(classifier(extra=[one, two], outputs=["y"]), tmp_path)
    assert "circle" in sentence
    assert "one" in sentence


def test_nodes_in_any_order_are_sorted(tmp_path: Path) -> None:
    model = classifier()
    nodes = list(model.graph.node)[::-1]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    assert looked(saved(model, tmp_path))["classes"] == CLASSES


def test_a_tensor_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    lying = TensorProto(
        name="lie", data_type=TensorProto.FLOAT, dims=[1000, 1000], raw_data=b"0000"
    )
    assert "1,000,000 values and has 1" in refused(classifier(initializers=[lying]), tmp_path)


def test_a_billion_elements_are_refused(tmp_path: Path) -> None:
    huge = TensorProto(name="huge", data_type=TensorProto.FLOAT, dims=[1 << 20, 1 << 20])
    assert "the most is" in refused(classifier(initializers=[huge]), tmp_path)
    negative = TensorProto(name="n", data_type=TensorProto.FLOAT, dims=[-1, 4])
    assert "(-1, 4)" in refused(classifier(initializers=[negative]), tmp_path)


@pytest.mark.parametrize("operator", ["ConstantOfShape", "Expand"])
def test_a_huge_tensor_that_the_graph_makes_is_refused_before_it_is_made(
    tmp_path: Path, operator: str
) -> None:
    size = numpy_helper.from_array(np.array([1 << 16, 1 << 16, 3], np.int64), "size")
    inputs = ["size"] if operator == "ConstantOfShape" else ["scores", "size"]
    make = helper.make_node(operator, inputs, ["much"], "make")
    mean = helper.make_node("ReduceMax", ["much"], ["top"], "top", keepdims=0)
    add = helper.make_node("Add", ["scores", "top"], ["out"], "add")
    model = classifier(extra=[make, mean, add], outputs=["out"], initializers=[size])
    assert "the most is" in refused(model, tmp_path)


@pytest.mark.parametrize("location", ["../secret.bin", "/etc/passwd", "a/../../b", "..\\b"])
def test_weights_outside_the_folder_are_not_read(tmp_path: Path, location: str) -> None:
    model = classifier()
    _external(model.graph.initializer[1], location)
    assert "outside its folder" in refused(model, tmp_path)


def test_weights_beside_the_file_are_read_and_links_are_not(tmp_path: Path) -> None:
    model = classifier()
    tensor = model.graph.initializer[1]
    (tmp_path / "w.bin").write_bytes(tensor.raw_data)
    _external(tensor, "w.bin")
    assert looked(saved(model, tmp_path))["classes"] == CLASSES
    (tmp_path / "link.bin").symlink_to(tmp_path / "w.bin")
    _external(tensor, "link.bin")
    assert "is a link" in refused(model, tmp_path)
    _external(tensor, "gone.bin")
    assert "external_data=False" in refused(model, tmp_path)
    (tmp_path / "short.bin").write_bytes(b"1234")
    _external(tensor, "short.bin")
    assert "do not belong together" in refused(model, tmp_path)


def _external(tensor: TensorProto, location: str) -> None:
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    del tensor.external_data[:]
    tensor.external_data.add(key="location", value=location)


def _function(name: str, calls: list[str]) -> onnx.FunctionProto:
    nodes, value = [], "x"
    for index, call in enumerate(calls):
        domain = "" if call == "Relu" else "mine"
        nodes.append(helper.make_node(call, [value], [f"y{index}"], domain=domain))
        value = f"y{index}"
    return helper.make_function(
        "mine", name, ["x"], [value], nodes,
        [helper.make_opsetid("", 18), helper.make_opsetid("mine", 1)],
    )  # fmt: skip


def test_functions_are_written_out_unless_they_explode(tmp_path: Path) -> None:
    call = helper.make_node("F0", ["scores"], ["out"], "call", domain="mine")
    model = classifier(extra=[call], outputs=["out"])
    model.opset_import.append(helper.make_opsetid("mine", 1))
    model.functions.append(_function("F0", ["Relu"]))
    assert looked(saved(model, tmp_path))["classes"] == CLASSES
    del model.functions[:]
    model.functions.extend(_function(f"F{i}", [f"F{i + 1}"] * 10) for i in range(20))
    model.functions.append(_function("F20", ["Relu"]))
    assert "functions written out" in refused(model, tmp_path)
    del model.functions[:]
    model.functions.append(_function("F0", ["F0"]))
    assert "calls itself" in refused(model, tmp_path)


def test_weights_in_a_function_are_checked_too(tmp_path: Path) -> None:
    model = classifier(
        extra=[helper.make_node("F0", ["scores"], ["out"], "call", domain="mine")], outputs=["out"]
    )
    model.opset_import.append(helper.make_opsetid("mine", 1))
    model.functions.append(_function("F0", ["Relu"]))
    value = numpy_helper.from_array(np.ones(3, np.float32), "w")
    _external(value, "/etc/passwd")
    inner = helper.make_node("Constant", [], ["w"], value=value)
    model.functions[0].node.append(inner)
    assert "outside its folder" in refused(model, tmp_path)


def test_control_flow_is_refused(tmp_path: Path) -> None:
    def branch(name: str) -> onnx.GraphProto:
        node = helper.make_node("Identity", ["scores"], [f"{name}/out"], name)
        out = helper.make_tensor_value_info(f"{name}/out", TensorProto.FLOAT, None)
        return helper.make_graph([node], name, [], [out])

    top = helper.make_node("ReduceMax", ["scores"], ["top"], "top", keepdims=0)
    zero = numpy_helper.from_array(np.float32(0), "zero")
    test = helper.make_node("Greater", ["top", "zero"], ["is"], "is")
    choose = helper.make_node(
        "If", ["is"], ["out"], "if", then_branch=branch("then"), else_branch=branch("else")
    )
    model = classifier(extra=[top, test, choose], outputs=["out"], initializers=[zero])
    assert "decides while it runs (If)" in refused(model, tmp_path)


def test_several_inputs_and_outputs_are_refused(tmp_path: Path) -> None:
    assert "2 outputs" in refused(classifier(outputs=["scores", "relu"]), tmp_path)
    model = classifier()
    model.graph.input.append(helper.make_tensor_value_info("mask", TensorProto.FLOAT, [1]))
    assert "2 inputs (input, mask)" in refused(model, tmp_path)


@pytest.mark.parametrize("kind", [TensorProto.FLOAT16, TensorProto.UINT8, TensorProto.INT64])
def test_inputs_of_another_type_are_refused(tmp_path: Path, kind: int) -> None:
    assert "float32" in refused(classifier(kind=kind), tmp_path)


@pytest.mark.parametrize("shape", [("n", 8), ("n", 5, 8, 8), (1, 3, 8, 8, 8)])
def test_inputs_that_are_no_pictures_are_refused(tmp_path: Path, shape: tuple[Any, ...]) -> None:
    assert re.search("pictures", refused(classifier(shape=shape), tmp_path))


def test_values_that_are_no_numbers_are_refused(tmp_path: Path) -> None:
    assert "NaN" in refused(classifier(value=float("nan")), tmp_path)


def test_a_network_that_gives_no_scores_is_refused(tmp_path: Path) -> None:
    assert "classifier gives" in refused(classifier(outputs=["relu"]), tmp_path)


def test_scores_with_sides_of_one_are_flattened(tmp_path: Path) -> None:
    axes = numpy_helper.from_array(np.array([2, 3], np.int64), "axes")
    wide = helper.make_node("Unsqueeze", ["scores", "axes"], ["out"], "wide")
    found = looked(saved(classifier(extra=[wide], outputs=["out"], initializers=[axes]), tmp_path))
    assert found["classes"] == CLASSES


def test_names_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = saved(classifier(), tmp_path)
    path.write_bytes(path.read_bytes().replace(b"fc.weight", b"fc.wei\xff\xfet"))
    with pytest.raises(ModelError, match="no text"):
        looked(path)


@pytest.mark.parametrize("keep", [0, 3, 200, 2000])
def test_cut_off_files_are_refused(tmp_path: Path, keep: int) -> None:
    path = saved(classifier(), tmp_path)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(ModelError, match=r"empty|cut off|damaged|circle|export"):
        looked(path)


@pytest.mark.parametrize(
    ("name", "content", "wanted"),
    [
        ("net.pth", b"\x80\x02}q\x00.", "a pickle can run any code"),
        ("net.pt", b"PK\x03\x04", "pickle or TorchScript"),
        ("net.pkl", b"\x80\x04.", "no(ne|t) is ever loaded|none is ever loaded"),
        ("net.torchscript", b"PK\x03\x04", "TorchScript"),
        ("net.h5", b"\x89HDF", "Keras"),
        ("net.onnx", b"\x80\x02}q\x00.", "no ONNX file"),
        ("net.txt", b"hello", "neither .onnx nor .pt2"),
        ("net.pt2", b"hello", "no archive"),
    ],
)
def test_other_kinds_get_the_remedy(tmp_path: Path, name: str, content: bytes, wanted: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ModelError, match=wanted) as caught:
        looked(path)
    assert "torch.onnx.export(" in str(caught.value)
