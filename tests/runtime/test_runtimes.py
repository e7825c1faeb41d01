"""Both runtimes behind one Protocol: names, loading, running, and kernels as they execute."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from quant import runtimes as names
from quant.errors import ModelError, RequestError
from quant.runtime.ov import is_integer, names_of
from quant.runtime.table import MODULES, runtime

BOTH = pytest.mark.parametrize("name", names.RUNTIMES)


@pytest.fixture
def product(tmp_path: Path) -> Path:
    """(n, 4) to (n, 3), a matrix product in float."""
    weight = np.random.default_rng(0).standard_normal((4, 3)).astype(np.float32)
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["input", "w"], ["logits"], name="product")],
        "g",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["n", 4])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", 3])],
        [numpy_helper.from_array(weight, "w")],
    )
    opsets = [helper.make_opsetid("", 18)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=8), tmp_path / "p.onnx")
    return tmp_path / "p.onnx"


def test_every_runtime_has_a_module_and_a_full_name() -> None:
    assert tuple(MODULES) == names.RUNTIMES
    for name in names.CHOICES:
        assert names.choice_of(names.full_name(name)) == name
        assert len(names.full_name(name)) <= 100
    assert names.members(names.BEST) == names.RUNTIMES
    assert names.title("openvino 2026.4.1") == "OpenVINO 2026.4.1"
    assert names.label("onnxruntime") == ""


@pytest.mark.parametrize("ask", [names.checked, names.full_name, names.members, runtime])
def test_an_unknown_runtime_is_a_sentence(ask) -> None:
    with pytest.raises(RequestError, match="there is no runtime 'tensorrt'; there are onnxruntime"):
        ask("tensorrt")


@BOTH
def test_a_file_runs_for_several_callers_at_a_time(name: str, product: Path) -> None:
    session = runtime(name).load(product, threads=1, at_once=2)
    given = np.random.default_rng(1).standard_normal((8, 5, 4)).astype(np.float32)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(session.run, given))
    weight = numpy_helper.to_array(onnx.load(product).graph.initializer[0])
    for one, wanted in zip(found, given @ weight, strict=True):
        np.testing.assert_allclose(one, wanted, rtol=1e-5, atol=1e-6)


@BOTH
def test_float_kernels_are_not_called_integer(name: str, product: Path) -> None:
    found = runtime(name).kernels(product)
    assert sum(found.used.values()) == 1
    assert (found.of_weight, found.of_node, found.runtime) == ({}, {}, name)


@BOTH
def test_a_damaged_file_is_a_sentence(name: str, tmp_path: Path) -> None:
    (tmp_path / "bad.onnx").write_bytes(b"no network")
    with pytest.raises(ModelError, match=f"^bad.onnx does not load in {names.title(name)}"):
        runtime(name).load(tmp_path / "bad.onnx", threads=1)


@BOTH
def test_pictures_of_another_shape_are_a_sentence(name: str, product: Path) -> None:
    with pytest.raises(ModelError, match="does not run on pictures of shape"):
        runtime(name).load(product, threads=1).run(np.zeros((1, 7), np.float32))


def test_a_kernel_that_reads_bytes_and_computes_in_float_is_no_integer_kernel() -> None:
    node = {"runtimePrecision": "i8", "primitiveType": "brgemm_avx512_f32"}
    assert not is_integer(node)
    assert is_integer({"runtimePrecision": "u8", "primitiveType": "brgconv_avx512_I8"})


def test_nodes_keep_the_names_of_the_file() -> None:
    told = {
        "originalLayersNames": "a/WithoutBiases,Multiply_7,b/WithoutBiases/DequantizationMultiply,c"
    }
    assert list(names_of(told)) == ["a", "Multiply_7", "b", "c"]


def test_openvino_reports_its_use_to_nobody() -> None:
    script = (
        "import sys, quant.runtime.ov_options as o\n"
        "import openvino.tools.ovc as t\n"
        "print(type(t.telemetry).__module__, sys.modules['openvino_telemetry'])"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["openvino.tools.ovc.telemetry_stub", "None"]
