"""Layers with widths of their own: the file does what its recipe says, and says where it cannot."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from quant.artifact import Artifact, make
from quant.calibrate import observe
from quant.errors import InvalidRecipe
from quant.graph.fold import fold
from quant.graph.layers import layers_of
from quant.graph.prepared import Prepared
from quant.lower.placement import candidates
from quant.recipe import Recipe
from quant.records import LayerOutcome
from quant.rounding.checkpoint import Checkpoint
from quant.rounding.source import Source
from quant.runtime.ort import Session

COUNT = 40
EXACT_DB = 60.0  # where ONNX Runtime quantises float weights by itself there are 50 dB


def prepared_from(name: str, shape: tuple[int, ...], folder: Path) -> Prepared:
    path = Path(__file__).with_name("networks.py")
    spec = importlib.util.spec_from_file_location("mixed_networks", path)
    kinds = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(kinds)
    torch.manual_seed(0)
    model = fold(kinds.exported(getattr(kinds, name)(), shape, folder / "raw.onnx"))
    onnx.save(model, folder / "folded.onnx")
    return Prepared(model, layers_of(model), folder / "folded.onnx", "test")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    return prepared_from("Everything", (3, 8, 8), tmp_path_factory.mktemp("everything"))


def pictures(prepared: Prepared, count: int) -> np.ndarray:
    shape = [dim.dim_value for dim in prepared.model.graph.input[0].type.tensor_type.shape.dim]
    draw = np.random.default_rng(0)
    return draw.standard_normal((count, *shape[1:])).astype(np.float32)


def made(prepared: Prepared, recipe: Recipe, folder: Path) -> Artifact:
    def batches(count: int) -> list[np.ndarray]:
        return [pictures(prepared, count)]

    tensors = candidates(prepared.network, prepared.layers)
    seen = observe(prepared.model, tensors, batches(COUNT), seed=0)
    source = Source(batches, COUNT, Checkpoint(folder / "kept"), lambda *_: None, 1, 0)
    few = pictures(prepared, 8)
    return make(prepared, recipe, seen, few, folder / "m.onnx", "test", source)


def by_layer(artifact: Artifact) -> dict[str, LayerOutcome]:
    return {one.layer: one for one in artifact.outcomes}


@pytest.mark.parametrize("method", ["nearest", "mse", "gptq", "adaround", "brecq", "qdrop"])
def test_every_method_rounds_each_layer_at_its_width(
    prepared: Prepared, method: str, tmp_path: Path
) -> None:
    own = (("stem", 8, 8), ("depthwise", 5, 4), ("grouped", 2, 6), ("head", 3, 8))
    artifact = made(prepared, Recipe(4, 8, method, layers=own), tmp_path)
    found = {one.layer: one.weight_bits for one in artifact.outcomes}
    assert found == {
        "stem": 8, "depthwise": 5, "grouped": 2, "left": 4, "right": 4, "head": 3,
    }  # fmt: skip
    assert artifact.integer_mac_share == 1.0
    assert artifact.agreement_db is None or artifact.agreement_db > 25


def test_a_tensor_that_two_layers_read_takes_the_wider_of_their_widths(
    prepared: Prepared, tmp_path: Path
) -> None:
    own = (("left", 8, 4), ("right", 3, 6))
    found = by_layer(made(prepared, Recipe(layers=own), tmp_path))
    assert (found["left"].activation_bits, found["right"].activation_bits) == (6, 6)
    assert "shared" in found["left"].note
    assert not found["right"].note


@pytest.mark.parametrize("own", [(32, 32), (16, 32), (32, 8), (16, 4)])
@pytest.mark.parametrize("name", ["stem", "depthwise", "grouped", "left", "head"])
def test_a_layer_left_in_float_has_float_weights(
    prepared: Prepared, name: str, own: tuple[int, int], tmp_path: Path
) -> None:
    artifact = made(prepared, Recipe(layers=((name, *own),)), tmp_path)
    found = by_layer(artifact)
    assert found[name].kernel == "float32"
    assert found[name].weight_bits == own[0]
    assert all(one.kernel != "float32" for other, one in found.items() if other != name)
    assert artifact.agreement_db is None or artifact.agreement_db > EXACT_DB


def test_one_whose_input_has_codes_anyway_says_so(prepared: Prepared, tmp_path: Path) -> None:
    found = by_layer(made(prepared, Recipe(layers=(("grouped", 32, 32),)), tmp_path))
    assert found["grouped"].activation_bits == 8
    assert "integer kernels too" in found["grouped"].note


def test_only_single_layers_may_be_quantised(prepared: Prepared, tmp_path: Path) -> None:
    artifact = made(prepared, Recipe(32, 32, layers=(("grouped", 4, 8),)), tmp_path)
    found = by_layer(artifact)
    assert found["grouped"].kernel != "float32"
    assert {one.weight_bits for other, one in found.items() if other != "grouped"} == {32}


def test_nothing_to_round_is_no_error(prepared: Prepared, tmp_path: Path) -> None:
    every = tuple((layer.name, 32, 32) for layer in prepared.layers)
    artifact = made(prepared, Recipe(8, 8, "gptq", layers=every), tmp_path)
    few = pictures(prepared, 4)
    given, wanted = (Session(p, threads=1).run(few) for p in (artifact.path, prepared.path))
    np.testing.assert_allclose(given, wanted, atol=1e-4)


def test_products_of_two_activations_may_have_a_width_too(tmp_path: Path) -> None:
    prepared = prepared_from("Transformer", (12, 4, 4), tmp_path)
    name = prepared.products[0].name
    found = by_layer(made(prepared, Recipe(layers=((name, 8, 4),)), tmp_path))
    assert found[name].activation_bits == 4
    assert found[name].weight_bits == 32


def test_a_layer_that_is_not_there_is_refused(prepared: Prepared, tmp_path: Path) -> None:
    with pytest.raises(InvalidRecipe, match="there is depthwise"):
        made(prepared, Recipe(layers=(("depthwize", 4, 8),)), tmp_path)
