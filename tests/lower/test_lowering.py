"""Every width on every kind of layer: small, integer, and as its own definition says."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from quant.artifact import Artifact, make
from quant.calibrate import observe
from quant.graph.fold import fold
from quant.graph.layers import layers_of
from quant.graph.network import Network
from quant.graph.prepared import Prepared
from quant.lower.placement import candidates
from quant.measure.accuracy import sqnr_db
from quant.recipe import ACTIVATION_BITS, WEIGHT_BITS, Recipe
from quant.runtime.ort import Session

SHAPE = (3, 8, 8)
ALONE = """
import json, sys
import numpy, onnxruntime
session = onnxruntime.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
out = session.run(None, {"input": numpy.load(sys.argv[2])})[0]
numpy.save(sys.argv[3], out)
assert not {"onnx", "torch", "quant"} & set(sys.modules)
"""


def networks():
    """tests/lower/networks.py, beside this file."""
    path = Path(__file__).with_name("networks.py")
    spec = importlib.util.spec_from_file_location("lowered_networks", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def pictures(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((count, *SHAPE)).astype(np.float32)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    return prepared_from("Everything", SHAPE, tmp_path_factory.mktemp("everything"))


def prepared_from(name: str, shape: tuple[int, ...], folder: Path) -> Prepared:
    torch.manual_seed(0)
    kinds = networks()
    model = fold(kinds.exported(getattr(kinds, name)(), shape, folder / "raw.onnx"))
    onnx.save(model, folder / "folded.onnx")
    return Prepared(model, layers_of(model), folder / "folded.onnx", "test")


@pytest.fixture(scope="module")
def observed(prepared: Prepared):
    tensors = candidates(Network(prepared.model), prepared.layers)
    return observe(prepared.model, tensors, [pictures(50, 1)], seed=0)


def made(prepared: Prepared, observed, recipe: Recipe, folder: Path) -> Artifact:
    return make(prepared, recipe, observed, pictures(8), folder / "made.onnx", "test")


def test_layers_of_every_kind_are_found(prepared: Prepared) -> None:
    found = {layer.name: (layer.op, layer.groups) for layer in prepared.layers}
    assert found == {
        "stem": ("Conv", 1),
        "depthwise": ("Conv", 8),
        "grouped": ("Conv", 2),
        "left": ("Conv", 1),
        "right": ("Conv", 1),
        "head": ("Gemm", 1),
    }
    macs = {layer.name: layer.macs for layer in prepared.layers}
    assert macs["stem"] == 8 * 8 * 3 * 9 * 8
    assert macs["head"] == 9 * 7


@pytest.mark.parametrize("activations", ACTIVATION_BITS)
@pytest.mark.parametrize("weights", WEIGHT_BITS)
def test_every_width_runs_as_it_says(
    prepared: Prepared, observed, weights: int, activations: int, tmp_path: Path
) -> None:
    artifact = made(prepared, observed, Recipe(weights, activations), tmp_path)
    integer = weights <= 8 and activations <= 8
    assert artifact.integer_mac_share == (1.0 if integer else 0.0)
    assert not any(outcome.kept for outcome in artifact.outcomes)
    assert all(outcome.weight_bits == weights for outcome in artifact.outcomes)
    assert Session(artifact.path, threads=1).run(pictures(3)).shape == (3, 7)


@pytest.mark.parametrize("weights", WEIGHT_BITS)
def test_more_bits_are_closer_to_float(
    prepared: Prepared, observed, weights: int, tmp_path: Path
) -> None:
    artifact = made(prepared, observed, Recipe(weights, 32), tmp_path)
    float_logits = Session(prepared.path, threads=1).run(pictures(64))
    sqnr = sqnr_db(float_logits, Session(artifact.path, threads=1).run(pictures(64)))
    least = {2: -2, 3: 6, 4: 12, 5: 18, 6: 24, 7: 30, 8: 35, 16: 60}
    assert sqnr is None or sqnr >= least.get(weights, 120)


def test_float_recipe_reproduces_the_torch_network(
    prepared: Prepared, observed, tmp_path: Path
) -> None:
    torch.manual_seed(0)
    network = networks().Everything().eval()
    with torch.inference_mode():
        expected = network(torch.from_numpy(pictures(16))).numpy()
    artifact = made(prepared, observed, Recipe.fp32(), tmp_path)
    given = Session(artifact.path, threads=1).run(pictures(16))
    np.testing.assert_allclose(given, expected, atol=1e-4)


@pytest.mark.parametrize("activations", [8, 32])
def test_layers_that_share_a_weight_are_each_written(activations: int, tmp_path: Path) -> None:
    prepared = prepared_from("Tied", SHAPE, tmp_path)
    seen = observe(
        prepared.model, candidates(Network(prepared.model), prepared.layers), [pictures(20)], seed=0
    )
    artifact = make(
        prepared, Recipe(3, activations), seen, pictures(4), tmp_path / "m.onnx", "test"
    )
    onnx.checker.check_model(onnx.load(artifact.path))
    assert len(artifact.outcomes) == 3
    assert artifact.integer_mac_share == (1.0 if activations == 8 else 0.0)


@pytest.mark.parametrize("activations", [4, 8])
def test_channel_multipliers_and_hard_tanh_stay_exact_and_integer(
    activations: int, tmp_path: Path
) -> None:
    prepared = prepared_from("Multiplied", SHAPE, tmp_path)
    seen = observe(
        prepared.model, candidates(Network(prepared.model), prepared.layers), [pictures(20)], seed=0
    )
    made_of = make(prepared, Recipe(8, activations), seen, pictures(4), tmp_path / "m.onnx", "test")
    assert made_of.integer_mac_share == 1.0
    assert made_of.agreement_db is None or made_of.agreement_db > 60


def test_attention_is_lowered_around_its_shape_arithmetic(tmp_path: Path) -> None:
    shape = (12, 4, 4)
    prepared = prepared_from("Attention", shape, tmp_path)
    batch = np.random.default_rng(0).standard_normal((20, *shape)).astype(np.float32)
    seen = observe(
        prepared.model, candidates(Network(prepared.model), prepared.layers), [batch], seed=0
    )
    artifact = make(prepared, Recipe(8, 8), seen, batch[:4], tmp_path / "m.onnx", "test")
    assert Session(artifact.path, threads=1).run(batch[:3]).shape == (3, 5)


def test_matrices_run_on_integer_kernels(tmp_path: Path) -> None:
    shape = (12, 4, 4)
    prepared = prepared_from("Matrices", shape, tmp_path)
    draw = np.random.default_rng(0)
    batch = draw.standard_normal((20, *shape)).astype(np.float32)
    seen = observe(
        prepared.model, candidates(Network(prepared.model), prepared.layers), [batch], seed=0
    )
    artifact = make(prepared, Recipe(4, 8), seen, batch[:4], tmp_path / "made.onnx", "test")
    assert [layer.op for layer in prepared.layers] == ["MatMul", "MatMul"]
    assert artifact.integer_mac_share == 1.0


@pytest.fixture(scope="module")
def transformer(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    return prepared_from("Transformer", (12, 4, 4), tmp_path_factory.mktemp("transformer"))


def tokens(count: int) -> np.ndarray:
    draw = np.random.default_rng(0)
    return draw.standard_normal((count, 12, 4, 4)).astype(np.float32)


def seen_by(prepared: Prepared, batch: np.ndarray):
    tensors = candidates(Network(prepared.model), prepared.layers)
    return observe(prepared.model, tensors, [batch], seed=0)


@pytest.mark.parametrize("bits", [(8, 8), (4, 4), (2, 8), (32, 8), (4, 32)])
def test_transformers_run_in_integers_where_there_are_kernels(
    transformer: Prepared, bits: tuple[int, int], tmp_path: Path
) -> None:
    seen = seen_by(transformer, tokens(40))
    artifact = make(transformer, Recipe(*bits), seen, tokens(8), tmp_path / "m.onnx", "test")
    integer = max(bits) <= 8
    assert artifact.integer_mac_share == (1.0 if integer else 0.0)
    assert artifact.agreement_db is None or artifact.agreement_db > 25
    products = [one for one in artifact.outcomes if one.op == "MatMul of two activations"]
    if integer:  # a Softmax in float reads the scores, a layer reads the mixture
        kernels = [one.kernel for one in products]
        assert kernels == ["MatMulIntegerToFloat", "QLinearMatMul"]
    assert [one.macs for one in products] == [2 * 16 * 6 * 16, 2 * 16 * 16 * 6]
    if bits == (4, 4):
        assert [one.activation_bits for one in products] == [4, 4]
        assert "stays at 8 bits" in products[1].note


def test_attention_divides_its_scores_at_no_cost(transformer: Prepared, tmp_path: Path) -> None:
    seen = seen_by(transformer, tokens(40))
    artifact = make(transformer, Recipe(8, 8), seen, tokens(8), tmp_path / "m.onnx", "test")
    scores = next(one for one in artifact.outcomes if one.op == "MatMul of two activations")
    assert "takes in a multiplication" in scores.note
    assert not any(one.op == "Mul" for one in artifact.outcomes)
    Session(artifact.path, threads=1, written=tmp_path / "optimised.onnx")
    ops = [node.op_type for node in onnx.load(tmp_path / "optimised.onnx").graph.node]
    assert not {"Mul", "Div"} & set(ops)
    fp32 = Session(transformer.path, threads=1).run(tokens(40))
    assert sqnr_db(fp32, Session(artifact.path, threads=1).run(tokens(40))) > 25


def test_scaled_scores_of_float_weights_are_scaled_too(
    transformer: Prepared, tmp_path: Path
) -> None:
    seen = seen_by(transformer, tokens(40))
    artifact = make(transformer, Recipe(32, 8), seen, tokens(8), tmp_path / "m.onnx", "test")
    fp32 = Session(transformer.path, threads=1).run(tokens(40))
    assert sqnr_db(fp32, Session(artifact.path, threads=1).run(tokens(40))) > 25


def test_what_stays_in_float_is_told(transformer: Prepared, tmp_path: Path) -> None:
    seen = seen_by(transformer, tokens(40))
    artifact = make(transformer, Recipe(8, 8), seen, tokens(8), tmp_path / "m.onnx", "test")
    kept = [one.op for one in artifact.outcomes if one.kept]
    assert kept.count("LayerNormalization") == 2
    assert kept.count("GELU") == 1
    assert all(
        "no integer kernel" in one.kept
        for one in artifact.outcomes
        if one.op in ("LayerNormalization", "GELU")
    )


def test_operations_between_float_ones_stay_there_and_say_so(
    transformer: Prepared, tmp_path: Path
) -> None:
    seen = seen_by(transformer, tokens(40))
    artifact = make(transformer, Recipe(8, 8), seen, tokens(8), tmp_path / "m.onnx", "test")
    kept = {one.op: one.kept for one in artifact.outcomes if one.kept}
    assert "slower than float32" in kept["Softmax"]
    assert "converting to integers and back" in kept["Add"]
    Session(artifact.path, threads=1, written=tmp_path / "optimised.onnx")
    ops = {node.op_type for node in onnx.load(tmp_path / "optimised.onnx").graph.node}
    assert not ops & {"QLinearSoftmax", "QLinearAdd", "DequantizeLinear"}


def test_gelu_is_fused_with_and_without_quantisation(transformer: Prepared, tmp_path: Path) -> None:
    seen = seen_by(transformer, tokens(40))
    artifact = make(transformer, Recipe(8, 8), seen, tokens(8), tmp_path / "m.onnx", "test")
    for path in (transformer.path, artifact.path):
        Session(path, threads=1, written=tmp_path / "optimised.onnx")
        ops = {node.op_type for node in onnx.load(tmp_path / "optimised.onnx").graph.node}
        assert "Erf" not in ops
        assert ops & {"Gelu", "BiasGelu"}


def test_a_layer_is_named_after_the_bias_behind_it(transformer: Prepared) -> None:
    names = [layer.name for layer in transformer.layers]
    assert names == ["qkv", "out", "wide", "narrow", "head"]


def test_the_file_runs_where_only_onnxruntime_and_numpy_are(
    prepared: Prepared, observed, tmp_path: Path
) -> None:
    artifact = made(prepared, observed, Recipe(3, 6), tmp_path)
    np.save(tmp_path / "in.npy", pictures(5))
    paths = [str(artifact.path), str(tmp_path / "in.npy"), str(tmp_path / "out.npy")]
    subprocess.run([sys.executable, "-I", "-c", ALONE, *paths], check=True, cwd=tmp_path)
    expected = Session(artifact.path, threads=1).run(pictures(5))
    np.testing.assert_array_equal(np.load(tmp_path / "out.npy"), expected)


def test_same_recipe_writes_the_same_file(prepared: Prepared, observed, tmp_path: Path) -> None:
    first = made(prepared, observed, Recipe(4, 4, "mse", "mse"), tmp_path).path.read_bytes()
    again = made(prepared, observed, Recipe(4, 4, "mse", "mse"), tmp_path).path.read_bytes()
    assert first == again


def test_residual_sums_and_the_picture_stay_at_eight_bits(
    prepared: Prepared, observed, tmp_path: Path
) -> None:
    outcomes = {o.layer: o for o in made(prepared, observed, Recipe(4, 4), tmp_path).outcomes}
    assert outcomes["stem"].activation_bits == 8
    assert outcomes["grouped"].activation_bits == 8
    assert outcomes["left"].activation_bits == 4
    assert "stays at 8 bits" in outcomes["stem"].note


def test_lowering_leaves_the_network_alone(prepared: Prepared, observed, tmp_path: Path) -> None:
    before = prepared.model.SerializeToString()
    made(prepared, observed, Recipe(2, 4), tmp_path)
    assert prepared.model.SerializeToString() == before


def test_recipe_and_outcomes_travel_in_the_file(
    prepared: Prepared, observed, tmp_path: Path
) -> None:
    artifact = made(prepared, observed, Recipe(5, 7), tmp_path)
    told = {item.key: item.value for item in onnx.load(artifact.path).metadata_props}
    assert Recipe.from_json(told["bitfront.recipe"]) == Recipe(5, 7)
    assert "depthwise" in told["bitfront.outcomes"]
