"""Files for OpenVINO: in integers at every width, as small, and as their own definition says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import ModelProto, helper
from torch import Tensor, nn

from quant.artifact import Artifact, is_integer, make
from quant.calibrate import observe
from quant.graph.fold import fold
from quant.graph.layers import layers_of
from quant.graph.prepared import Prepared
from quant.lower.hard import with_hard_swish
from quant.lower.openvino import defined, executed
from quant.lower.placement import candidates
from quant.measure.accuracy import sqnr_db
from quant.recipe import Recipe
from quant.runtime import ort, ov
from quant.translated import fp32_for, translated
from tests.lower.networks import Everything, Transformer, exported

SHAPE = (3, 8, 8)
WIDTHS = [(2, 8), (3, 8), (4, 4), (5, 5), (6, 6), (7, 7), (8, 8)]
EXACT_DB = 45.0  # rounding of sums alone


class Hard(nn.Module):
    """What mobile networks are made of: HardSwish, and a gate by HardSigmoid."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, padding=1)
        self.gate, self.head = nn.Conv2d(8, 8, 1), nn.Linear(8, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = nn.functional.hardswish(self.stem(x))
        x = x * nn.functional.hardsigmoid(self.gate(x.mean((2, 3), keepdim=True)))
        logits: Tensor = self.head(nn.functional.adaptive_avg_pool2d(x, 1).flatten(1))
        return logits


def pictures(count: int, seed: int = 0, shape: tuple[int, ...] = SHAPE) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((count, *shape)).astype(np.float32)


def prepared_from(network: nn.Module, folder: Path, shape: tuple[int, ...] = SHAPE) -> Prepared:
    model = fold(exported(network, shape, folder / "raw.onnx"))
    onnx.save(model, folder / "folded.onnx")
    return Prepared(model, layers_of(model), folder / "folded.onnx", "test")


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    torch.manual_seed(0)
    return prepared_from(Everything(), tmp_path_factory.mktemp("everything"))


@pytest.fixture(scope="module")
def hard(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    torch.manual_seed(0)
    return prepared_from(Hard(), tmp_path_factory.mktemp("hard"))


def made(
    prepared: Prepared, recipe: Recipe, folder: Path, shape: tuple[int, ...] = SHAPE
) -> tuple[Artifact, Artifact]:
    """The recipe's file for each runtime."""
    tensors = candidates(prepared.network, prepared.layers)
    seen = observe(prepared.model, tensors, [pictures(50, 1, shape)], seed=0)
    usual = make(prepared, recipe, seen, pictures(8, 0, shape), folder / "usual.onnx", "test")
    path = folder / "other.onnx"
    return usual, translated(
        prepared, recipe, usual.path, pictures(8, 0, shape), path, "test", "openvino"
    )


def operators(model: ModelProto) -> set[str]:
    return {node.op_type for node in model.graph.node}


@pytest.mark.parametrize(("weights", "activations"), WIDTHS, ids=str)
def test_every_width_runs_in_integers_and_is_as_small(
    everything: Prepared, weights: int, activations: int, tmp_path: Path
) -> None:
    usual, other = made(everything, Recipe(weights, activations), tmp_path)
    assert other.integer_mac_share == 1.0
    assert all(kernel.lower().endswith("i8") for kernel in other.kernels)
    assert other.agreement_db is None or other.agreement_db > EXACT_DB
    assert other.path.stat().st_size <= usual.path.stat().st_size + 512
    assert other.effective_weight_bits == usual.effective_weight_bits
    assert other.oldest_runtime.startswith("openvino")


@pytest.mark.parametrize("recipe", [Recipe(4, 32), Recipe(16, 32), Recipe(16, 8), Recipe(32, 8)])
def test_float_activations_and_weights_stay_float(
    everything: Prepared, recipe: Recipe, tmp_path: Path
) -> None:
    _, other = made(everything, recipe, tmp_path)
    assert other.integer_mac_share == 0.0
    assert other.agreement_db is None or other.agreement_db > EXACT_DB


def test_sums_are_not_quantised_before_they_are_added(everything: Prepared, tmp_path: Path) -> None:
    usual, _ = made(everything, Recipe(8, 8), tmp_path)
    model = onnx.load(usual.path)
    plain = defined(model)
    read = {node.output[0]: node.op_type for node in plain.graph.node}
    [adding] = [node for node in plain.graph.node if node.op_type == "Add"]
    kinds = [read.get(name) for name in adding.input]
    assert "DequantizeLinear" in kinds  # what a convolution reads as well
    assert kinds.count("DequantizeLinear") == 1
    assert model == onnx.load(usual.path)  # the argument stays as it is


def test_what_openvino_folds_gives_the_same_codes(everything: Prepared, tmp_path: Path) -> None:
    usual, other = made(everything, Recipe(3, 8), tmp_path)
    assert "BitwiseOr" in operators(onnx.load(usual.path))
    assert "BitwiseOr" not in operators(onnx.load(other.path))
    plain = tmp_path / "plain.onnx"
    onnx.save(defined(onnx.load(usual.path)), plain)
    wanted = ort.Session(plain, threads=1, optimised=False).run(pictures(8, 2))
    given = ov.load(other.path, threads=1).run(pictures(8, 2))
    noise = sqnr_db(wanted, given)
    assert noise is None or noise > EXACT_DB


def test_a_foreign_bitwise_or_stays() -> None:
    node = helper.make_node("BitwiseOr", ["a", "b"], ["c"])
    infos = [helper.make_tensor_value_info(n, onnx.TensorProto.INT8, [2]) for n in "abc"]
    model = helper.make_model(helper.make_graph([node], "g", infos[:2], infos[2:]))
    assert operators(executed(model)) == {"BitwiseOr"}


def test_hard_activations_become_what_openvino_can_fuse(hard: Prepared, tmp_path: Path) -> None:
    assert "HardSigmoid" in operators(hard.model)
    found = fp32_for(hard, "openvino")
    names = operators(onnx.load(found.path))
    assert "HardSwish" in names
    assert "HardSigmoid" not in names
    wanted = ort.Session(hard.path, threads=1).run(pictures(8))
    given = ov.load(found.path, threads=1).run(pictures(8))
    np.testing.assert_allclose(given, wanted, atol=1e-5)
    assert fp32_for(hard, "onnxruntime") is hard
    _, other = made(hard, Recipe(8, 8), tmp_path)
    assert other.integer_mac_share == 1.0


def test_products_of_attention_are_float_and_lose_nothing(tmp_path: Path) -> None:
    torch.manual_seed(0)
    shape = (12, 4, 4)
    prepared = prepared_from(Transformer(), tmp_path, shape)
    usual, other = made(prepared, Recipe(8, 8), tmp_path, shape)
    given = pictures(32, 3, shape)
    wanted = ort.Session(prepared.path, threads=1).run(given)
    ours = sqnr_db(wanted, ort.Session(usual.path, threads=1).run(given))
    theirs = sqnr_db(wanted, ov.load(other.path, threads=1).run(given))
    assert ours is not None
    assert theirs is not None
    assert theirs > ours - 1.0  # attention's scaling, which a scale took in, is still there
    products = [one for one in other.outcomes if "two activations" in one.op]
    assert products
    assert {one.activation_bits for one in products} == {32}
    assert all("OpenVINO computes products of two" in one.kept for one in products)
    layers = [one for one in other.outcomes if one.parameters and one.macs]
    assert all(is_integer(one) for one in layers)


def test_a_network_without_them_is_its_own(everything: Prepared) -> None:
    assert fp32_for(everything, "openvino") is everything


def test_another_slope_is_no_hard_swish() -> None:
    nodes = [
        helper.make_node("HardSigmoid", ["x"], ["h"], alpha=0.2),
        helper.make_node("Mul", ["x", "h"], ["y"]),
    ]
    infos = [helper.make_tensor_value_info(n, onnx.TensorProto.FLOAT, [2]) for n in "xy"]
    model = helper.make_model(helper.make_graph(nodes, "g", infos[:1], infos[1:]))
    assert operators(with_hard_swish(model)) == {"HardSigmoid", "Mul"}
