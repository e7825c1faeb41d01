"""Real small networks taken apart: every operation finds its layer, and quantisers come off."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from models.splits import Split
from quant.artifact import make
from quant.breakdown.lines import CALL, lines
from quant.breakdown.record import (
    ANSWER,
    CLIP,
    CONVERSION,
    FLOAT,
    INPUT,
    INTEGER,
    LEVELS,
    PICTURE,
    Operation,
)
from quant.calibrate import observe
from quant.errors import ModelError
from quant.graph.fold import fold
from quant.graph.layers import layers_of
from quant.graph.network import Network
from quant.graph.prepared import Prepared
from quant.identity import Request
from quant.lower.placement import candidates
from quant.measure.accuracy import sqnr_db
from quant.profile.match import rows_of
from quant.profile.origin import origin
from quant.profile.partly import held, partly
from quant.profile.run import file_of, timed
from quant.recipe import Recipe
from quant.runtime.ort import Session

SHAPE = (3, 8, 8)
QUICK = {"rounds": 2, "attempts": 1}
Files = dict[Recipe, Path]
RECIPES = (Recipe(8, 8), Recipe(4, 4), Recipe(8, 32), Recipe(32, 8))


def networks():
    """tests/lower/networks.py."""
    path = Path(__file__).parents[1] / "lower" / "networks.py"
    spec = importlib.util.spec_from_file_location("lowered_networks", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def pictures(count: int, shape: tuple[int, ...] = SHAPE) -> np.ndarray:
    return np.random.default_rng(1).standard_normal((count, *shape)).astype(np.float32)


def prepared_from(
    module: torch.nn.Module, folder: Path, shape: tuple[int, ...] = SHAPE
) -> Prepared:
    model = fold(networks().exported(module, shape, folder / "raw.onnx"))
    onnx.save(model, folder / "folded.onnx")
    return Prepared(model, layers_of(model), folder / "folded.onnx", "test")


def made(prepared: Prepared, recipe: Recipe, folder: Path, shape: tuple[int, ...] = SHAPE) -> Path:
    tensors = candidates(Network(prepared.model), prepared.layers)
    seen = observe(prepared.model, tensors, [pictures(32, shape)], seed=0)
    return make(prepared, recipe, seen, pictures(8, shape), folder / "made.onnx", "test").path


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> tuple[Prepared, Files]:
    folder = tmp_path_factory.mktemp("everything")
    torch.manual_seed(0)
    prepared = prepared_from(networks().Everything(), folder)
    return prepared, {recipe: made(prepared, recipe, folder) for recipe in RECIPES}


def account(prepared: Prepared, file: Path) -> tuple[Operation, ...]:
    return timed(prepared, file, pictures(1), threads=1, **QUICK)[1].operations


def rows(operations: tuple[Operation, ...], op: str) -> list[str]:
    return [one.row for one in operations if one.op == op]


def test_every_integer_kernel_finds_its_layer(everything: tuple[Prepared, Files]) -> None:
    prepared, files = everything
    found = account(prepared, files[Recipe(8, 8)])
    order = [row.name for row in rows_of(prepared)]
    assert order == [INPUT, "stem", "depthwise", "grouped", "left", "right", "head"]
    assert sorted(rows(found, "QLinearConv"), key=order.index) == order[1:6]
    assert rows(found, "QGemm") == ["head"]
    assert {one.kind for one in found if one.op in ("QLinearConv", "QGemm", "QLinearAdd")} == {
        INTEGER
    }
    assert rows(found, "QLinearAdd") == ["depthwise"]


def test_the_float_networks_fused_kernels_find_their_layers(
    everything: tuple[Prepared, Files],
) -> None:
    prepared, files = everything
    fp32, given = timed(prepared, files[Recipe(8, 32)], pictures(1), threads=1, **QUICK)
    for one in (fp32, given):
        placed = {operation.row for operation in one.operations if operation.kind == FLOAT}
        assert {"stem", "depthwise", "grouped", "left", "right", "head"} <= placed
    assert [one.kind for one in given.operations if one.kind in (INTEGER, CONVERSION)] == []


def test_both_accounts_sum_to_their_latencies(everything: tuple[Prepared, Files]) -> None:
    prepared, files = everything
    for one in timed(prepared, files[Recipe(8, 8)], pictures(1), threads=1, **QUICK):
        assert one.sum_ms == pytest.approx(one.latency_ms)
        assert one.runs > 10


def test_the_picture_and_narrow_widths_are_told(everything: tuple[Prepared, Files]) -> None:
    prepared, files = everything
    narrow = account(prepared, files[Recipe(4, 4)])
    assert next(one.serves for one in narrow if one.op == "QuantizeLinear") == PICTURE
    assert any(one.kind == CLIP for one in narrow)
    wide = account(prepared, files[Recipe(8, 8)])
    assert not any(one.kind == CLIP for one in wide)


def test_levels_computed_in_float_are_conversions(everything: tuple[Prepared, Files]) -> None:
    prepared, files = everything
    found = account(prepared, files[Recipe(32, 8)])
    assert {one.serves for one in found if one.kind == CONVERSION} == {LEVELS}


class Hard(torch.nn.Module):
    """ELU between two convolutions; it has no 8-bit kernel."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = torch.nn.Conv2d(3, 8, 3), torch.nn.Conv2d(8, 4, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = torch.nn.functional.elu(self.first(x))
        return self.second(x).mean((2, 3))


def test_conversions_are_put_down_to_what_they_serve(tmp_path: Path) -> None:
    prepared = prepared_from(Hard(), tmp_path)
    found = account(prepared, made(prepared, Recipe(8, 8), tmp_path))
    hard = {one.op for one in found if one.kind == FLOAT}
    served = [one.serves for one in found if one.kind == CONVERSION]
    assert hard & {"Elu"}
    assert served.count(PICTURE) == 1
    assert hard & set(served)
    assert all(one.row == "first" for one in found if one.serves in hard)
    assert ANSWER in served or any(one.row == "second" for one in found)


@pytest.mark.parametrize("name", ["Matrices", "Tied", "Transformer"])
def test_matrices_shared_weights_and_attention_find_layers(name: str, tmp_path: Path) -> None:
    shape = SHAPE if name == "Tied" else (12, 4, 4)
    torch.manual_seed(0)
    prepared = prepared_from(getattr(networks(), name)(), tmp_path, shape)
    file = made(prepared, Recipe(8, 8), tmp_path, shape)
    fp32, given = timed(prepared, file, pictures(1, shape), threads=1, **QUICK)
    known = {row.name for row in rows_of(prepared)}
    layers = {layer.name for layer in prepared.layers}
    for one in (fp32, given):
        assert {operation.row for operation in one.operations} <= known
        assert layers <= {operation.row for operation in one.operations}


def test_taking_no_quantiser_off_gives_the_file_and_all_of_them_fp32(
    everything: tuple[Prepared, Files], tmp_path: Path
) -> None:
    prepared, files = everything
    given = held(files[Recipe(4, 4)], prepared)
    path = tmp_path / "partly.onnx"

    def logits(layers, tensors) -> np.ndarray:
        onnx.save(partly(prepared, given, layers, tensors), path)
        return Session(path, threads=1).run(pictures(16))

    fp32 = Session(prepared.path, threads=1).run(pictures(16))
    file = Session(files[Recipe(4, 4)], threads=1, optimised=False).run(pictures(16))
    assert np.allclose(logits((), ()), fp32, atol=1e-5)
    both = logits(set(given.weights), set(given.levels))
    agreement = sqnr_db(file, both)
    assert agreement is None or agreement > 25
    noise = {
        what: sqnr_db(fp32, logits(*kept)) or 99.0
        for what, kept in {
            "weights": (set(given.weights), ()),
            "activations": ((), set(given.levels)),
            "both": (set(given.weights), set(given.levels)),
        }.items()
    }
    assert noise["both"] < min(noise["weights"], noise["activations"]) + 1


def test_a_loss_is_put_down_to_weights_activations_and_layers(
    everything: tuple[Prepared, Files],
) -> None:
    prepared, files = everything
    given = (np.random.default_rng(0).random((40, *SHAPE)) * 255).astype(np.uint8)
    split = Split("select", np.zeros(40, np.int64), given, (), (0.5,) * 3, (0.5,) * 3)
    steps: list[float] = []
    found = origin(files[Recipe(4, 4)], prepared, split, 1, lambda _, share: steps.append(share))
    assert found.weights.n == found.both.n == 40
    assert found.both.drop_low <= found.both.drop <= found.both.drop_high
    assert [one.layer for one in found.alone] == [layer.name for layer in prepared.layers]
    assert all(one.noise > 0 for one in found.alone)
    assert steps == sorted(steps)
    whole = origin(files[Recipe(8, 32)], prepared, split, 1, lambda _step, _share: None)
    assert whole.activations.sqnr_db is None


def test_a_point_without_its_file_is_a_sentence(tmp_path: Path) -> None:
    request = Request("fashion-resnet", Recipe(8, 8))
    with pytest.raises(ModelError, match="w8a8·nearest is not on this machine; measure it first"):
        file_of(request, "0" * 24, tmp_path)


def test_the_call_is_the_last_line() -> None:
    from tests.breakdown.samples import breakdown

    found = lines(breakdown())
    assert found[-1].layer == CALL
    assert sum(one.ms for one in found) == pytest.approx(breakdown().given.latency_ms)
