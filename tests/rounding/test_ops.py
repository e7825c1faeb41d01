"""Torch computes nodes as ONNX Runtime does, and hands on what it does not know."""

from __future__ import annotations

import numpy as np
import onnxruntime
import pytest
import torch
from onnx import helper

from quant.rounding import ops

OPSETS = [helper.make_opsetid("", 18)]
X = np.random.default_rng(0).standard_normal((2, 4, 7, 6)).astype(np.float32)
K = np.random.default_rng(1).standard_normal((6, 2, 3, 3)).astype(np.float32)
CASES = [
    ("Conv", [X, K], {"group": 2, "pads": [1, 0, 2, 1], "strides": [2, 1]}),
    ("Conv", [X, K], {"group": 2, "dilations": [2, 1], "pads": [1, 1, 1, 1]}),
    ("Conv", [X, K], {"group": 2, "auto_pad": "SAME_UPPER", "strides": [2, 2]}),
    ("Conv", [X, K], {"group": 2, "auto_pad": "SAME_LOWER", "strides": [2, 2]}),
    ("MaxPool", [X], {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 1, 1]}),
    ("AveragePool", [X], {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 1, 1]}),
    ("AveragePool", [X], {"kernel_shape": [3, 3], "strides": [2, 2], "ceil_mode": 1}),
    ("GlobalAveragePool", [X], {}),
    ("Clip", [X, np.array(-0.5, np.float32), np.array(1, np.float32)], {}),
    ("HardSwish", [X], {}),
    ("HardSigmoid", [X], {"alpha": 0.25}),
    ("Softmax", [X], {"axis": 2}),
    ("Erf", [X], {}),
    ("Transpose", [X], {"perm": [0, 2, 3, 1]}),
    ("Reshape", [X, np.array([0, -1, 3])], {}),
    ("Flatten", [X], {}),
    ("Slice", [X, np.array([-3]), np.array([100]), np.array([2])], {}),
    ("Slice", [X, np.array([5]), np.array([0]), np.array([2]), np.array([-2])], {}),
    ("Gather", [X, np.array([[1, -1], [0, 2]])], {"axis": 1}),
    ("Squeeze", [X[:, :1], np.array([1])], {}),
    ("Unsqueeze", [X, np.array([0, -1])], {}),
    ("ReduceMean", [X, np.array([2, 3])], {"keepdims": 0}),
    ("Pad", [X, np.array([0, 0, 1, 2, 0, 0, 3, 4])], {}),
    ("Concat", [X, X], {"axis": 1}),
    ("LayerNormalization", [X, np.arange(6, dtype=np.float32), np.ones(6, np.float32)], {}),
    ("Gemm", [X[0, 0], K[0, 0].repeat(2, 0)[:, :2]], {"transA": 0}),
    ("Softplus", [X], {}),
    ("Shape", [X], {}),
]


@pytest.mark.parametrize(("op", "inputs", "attributes"), CASES)
def test_nodes_are_computed_as_the_runtime_does(op: str, inputs: list, attributes: dict) -> None:
    names = [f"x{i}" for i in range(len(inputs))]
    node = helper.make_node(op, names, ["y"], **attributes)
    kinds = [helper.np_dtype_to_tensor_dtype(value.dtype) for value in inputs]
    values = [
        helper.make_tensor_value_info(name, kind, value.shape)
        for name, kind, value in zip(names, kinds, inputs, strict=True)
    ]
    output = helper.make_empty_tensor_value_info("y")
    model = helper.make_model(
        helper.make_graph([node], "g", values, [output]), opset_imports=OPSETS, ir_version=9
    )
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    [wanted] = session.run(None, dict(zip(names, inputs, strict=True)))
    [given] = ops.run(node, [torch.from_numpy(np.array(value)) for value in inputs], OPSETS)
    np.testing.assert_allclose(given.numpy(), wanted, atol=1e-5)
