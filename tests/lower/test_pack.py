"""Packing is lossless at every width, and stays small while it unpacks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper

from quant.lower.pack import pack
from quant.measure.memory import loading_peak_bytes
from quant.rounding.levels import Levels, choices
from quant.rounding.shares import STEPS, table

WIDTHS = (2, 3, 4, 5, 6, 7, 8)
EVERY = [
    pytest.param(bits, levels, id=f"{bits}-{levels.name}")
    for bits in WIDTHS
    for levels in choices(bits)
]


def model_of(
    codes: np.ndarray, bits: int, levels: Levels, shares: np.ndarray | None = None
) -> onnx.ModelProto:
    shared: dict[str, TensorProto] = {}
    nodes, initializers = pack("codes", codes, bits, shared, levels=levels, shares=shares)
    nodes.append(helper.make_node("Identity", ["codes"], ["out"]))
    graph = helper.make_graph(
        nodes,
        "packed",
        [],
        [helper.make_tensor_value_info("out", TensorProto.INT8, codes.shape)],
        [*initializers, *shared.values()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)


@pytest.mark.parametrize(("bits", "levels"), EVERY)
@given(data=st.data())
@settings(max_examples=20)
def test_packing_is_lossless_at_every_width(bits: int, levels: Levels, data: st.DataObject) -> None:
    shape = data.draw(st.tuples(st.integers(1, 9), st.integers(1, 7), st.integers(1, 3)))
    seed = data.draw(st.integers(0, 2**32 - 1))
    codes = np.random.default_rng(seed).choice(levels.array, shape)
    session = onnxruntime.InferenceSession(
        model_of(codes, bits, levels).SerializeToString(), providers=["CPUExecutionProvider"]
    )
    np.testing.assert_array_equal(session.run(None, {})[0], codes)


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("bits", [2, 3, 4])
def test_codes_with_shares_are_lossless(bits: int, axis: int) -> None:
    draw = np.random.default_rng(bits)
    for levels in choices(bits, is_shared=True):
        shape = (1, 7, 3, 3) if axis == 0 else (11, 1)
        steps = draw.integers(0, STEPS, shape).astype(np.uint8)
        whole = (13, 7, 3, 3) if axis == 0 else (11, 5)
        rows = np.broadcast_to(steps, whole)
        codes = table(levels)[rows, draw.integers(0, 2**bits, whole)]
        session = onnxruntime.InferenceSession(
            model_of(codes, bits, levels, steps).SerializeToString(),
            providers=["CPUExecutionProvider"],
        )
        np.testing.assert_array_equal(session.run(None, {})[0], codes)


@pytest.mark.parametrize(("bits", "levels"), EVERY)
def test_packed_codes_take_their_width_on_disk(bits: int, levels: Levels) -> None:
    codes = np.full((512, 512), levels.high, np.int8)
    size = model_of(codes, bits, levels).ByteSize()
    assert size <= codes.size * bits / 8 + 5_000


@pytest.mark.parametrize("bits", WIDTHS)
def test_loading_a_large_matrix_peaks_below_four_times_its_float_size(
    bits: int, tmp_path: Path
) -> None:
    side = 4096
    levels = choices(bits)[-1]  # which take the most steps
    codes = np.random.default_rng(0).choice(levels.array, (side, side))
    onnx.save(matrix_model(codes, bits, levels), tmp_path / "large.onnx")
    onnx.save(matrix_model(codes[:16, :16], bits, levels), tmp_path / "small.onnx")
    peak = loading_peak_bytes(tmp_path / "large.onnx", tmp_path / "small.onnx")
    assert peak <= 4 * 4 * side * side


def matrix_model(codes: np.ndarray, bits: int, levels: Levels) -> onnx.ModelProto:
    """A quantised MatMul around the packed codes, as lowering writes it."""
    inputs, outputs = codes.shape
    shared: dict[str, TensorProto] = {}
    nodes, initializers = pack("codes", codes, bits, shared, levels=levels)
    constants = {
        "scale": np.full(outputs, 0.01, np.float32),
        "zero": np.zeros(outputs, np.int8),
        "step": np.float32(0.1),
        "offset": np.uint8(0),
    }
    initializers += [onnx.numpy_helper.from_array(np.asarray(v), k) for k, v in constants.items()]
    nodes += [
        helper.make_node("QuantizeLinear", ["x", "step", "offset"], ["xq"]),
        helper.make_node("DequantizeLinear", ["xq", "step", "offset"], ["xd"]),
        helper.make_node("DequantizeLinear", ["codes", "scale", "zero"], ["wd"], axis=1),
        helper.make_node("MatMul", ["xd", "wd"], ["y"]),
    ]
    graph = helper.make_graph(
        nodes,
        "matrix",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", inputs])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [*initializers, *shared.values()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
