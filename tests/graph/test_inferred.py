"""Inference without the weights tells what inference with them tells."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import ModelProto, TensorProto, helper, numpy_helper

from models.zoo.files import ZOO
from quant.graph.fold import shapes_of
from quant.graph.inferred import MOST_VALUES, inferred

SHIPPED = sorted(ZOO.glob("*.onnx"))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_types_and_shapes_are_those_of_the_whole_model(path: Path) -> None:
    model = onnx.load(path)
    assert max(np.prod(item.dims) for item in model.graph.initializer) > MOST_VALUES
    whole, light = onnx.shape_inference.infer_shapes(model).graph, inferred(model)
    assert len(whole.value_info) > 10
    assert list(light.value_info) == list(whole.value_info)
    assert list(light.output) == list(whole.output)


def test_shapes_that_constants_tell_are_found() -> None:
    value = helper.make_tensor_value_info
    nodes = [
        helper.make_node("Reshape", ["input", "shape"], ["flat"]),
        helper.make_node("MatMul", ["flat", "weight"], ["logits"]),
    ]
    constants = {"shape": np.array([0, -1]), "weight": np.zeros((192, 64), np.float32)}
    graph = helper.make_graph(
        nodes,
        "g",
        [value("input", TensorProto.FLOAT, ["n", 3, 8, 8])],
        [value("logits", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )
    model: ModelProto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)])
    before = model.SerializeToString()
    shapes = shapes_of(model)
    assert (shapes["flat"], shapes["logits"], shapes["weight"]) == ((1, 192), (1, 64), (192, 64))
    assert model.SerializeToString() == before
