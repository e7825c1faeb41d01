"""The walk finds what running the whole network anew finds, and what algebra says."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from torch import nn

from quant.calibrate import observe
from quant.graph.fold import fold
from quant.graph.layers import layers_of
from quant.graph.network import Network
from quant.graph.prepared import Prepared
from quant.lower.placement import candidates
from quant.perturb.changes import Changes
from quant.perturb.kept import Kept
from quant.perturb.marks import NOISE
from quant.perturb.schedule import ALONE, ORDER, RECOVERED
from quant.perturb.told import Found, scores_of, totals_of
from quant.perturb.trials import Trials
from quant.recipe import Recipe
from quant.sensitivity.scores import ACTIVATIONS, KINDS, RUN, SCALED, WEIGHTS, WIDTHS, Score

SHAPES = {"Transformer": (12, 4, 4), "Attention": (12, 4, 4)}
N = 24
RECIPE = Recipe(8, 8, "mse", "mse")


def networks():
    """tests/lower/networks.py."""
    path = Path(__file__).parents[1] / "lower" / "networks.py"
    spec = importlib.util.spec_from_file_location("lowered_networks", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Linear(nn.Module):
    """Two matrices and nothing between them."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(192, 16), nn.Linear(16, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.second(self.first(x.flatten(1)))
        return logits


def trials(network: nn.Module, folder: Path, recipe: Recipe = RECIPE) -> Trials:
    shape = SHAPES.get(type(network).__name__, (3, 8, 8))
    model = fold(networks().exported(network, shape, folder / "raw.onnx"))
    onnx.save(model, folder / "folded.onnx")
    prepared = Prepared(model, layers_of(model), folder / "folded.onnx", "test")
    draw = np.random.default_rng(1)
    batches = [draw.standard_normal((8, *shape)).astype(np.float32) for _ in range(N // 8)]
    tensors = candidates(Network(model), prepared.layers)
    seen = observe(model, tensors, batches, seed=0)
    return Trials(Changes(prepared, recipe, seen), batches, draw.integers(0, 4, N), 2)


def silent(_at: int) -> None:
    pass


@pytest.fixture(scope="module", params=["Everything", "Transformer", "Attention", "Tied"])
def tried(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Trials:
    torch.manual_seed(0)
    return trials(getattr(networks(), request.param)(), tmp_path_factory.mktemp(request.param))


def test_one_layer_alone_is_as_in_a_whole_run(tried: Trials, tmp_path: Path) -> None:
    found = tried.alone(ORDER, Kept(tmp_path), silent)
    for unit in tried.changes.units:
        for kind in unit.kinds:
            for bits in (2, 4, 8) if kind == WEIGHTS else (4, 8):
                whole = tried.answers({unit.node: tried.changes.changed(unit, kind, bits)})
                marks = found[unit.name].marks[tried.named(unit, kind, bits)]
                np.testing.assert_allclose(
                    marks, tried.reference.marks(whole), rtol=2e-3, atol=1e-9
                )


@pytest.mark.parametrize(("kind", "bits"), [(WEIGHTS, 3), (ACTIVATIONS, 4)])
def test_one_layer_in_float_is_as_in_a_whole_run(
    tried: Trials, tmp_path: Path, kind: str, bits: int
) -> None:
    found = tried.recovered(kind, bits, Kept(tmp_path), silent)
    setting = dict(tried.changes.setting(kind, bits))
    for unit in tried.changes.units:
        if kind not in unit.kinds:
            assert unit.name not in found
            continue
        rest = {node: changed for node, changed in setting.items() if node != unit.node}
        whole = tried.reference.marks(tried.answers(rest))
        np.testing.assert_allclose(found[unit.name].marks[RECOVERED], whole, rtol=2e-3, atol=1e-9)


def test_a_linear_network_loses_what_algebra_says(tmp_path: Path) -> None:
    torch.manual_seed(0)
    found = trials(Linear(), tmp_path)
    first, second = found.changes.units
    alone = found.alone(ORDER, Kept(tmp_path / "kept"), silent)
    x = np.concatenate(found.batches).reshape(N, -1)
    constant = found.changes.prepared.network.constant
    weights = [constant(unit.layer.weight) for unit in (first, second)]
    for bits in WIDTHS[WEIGHTS]:
        error = found.changes.weight(first, bits) - weights[0]
        wanted = np.square((x @ error.T) @ weights[1].T).sum(1)
        power = np.square(found.reference.logits).sum(1).mean()
        noise = alone[first.name].marks[f"weights-{bits}"][NOISE]
        np.testing.assert_allclose(noise, wanted / power, rtol=1e-3)


def told(found: Trials, folder: Path, sweeps: tuple[tuple[str, str, int], ...]) -> list[Score]:
    kept = Kept(folder)
    alone = found.alone(sweeps, kept, silent)
    without = {
        (kind, bits): found.recovered(kind, bits, kept, silent)
        for way, kind, bits in sweeps
        if way == RECOVERED
    }
    totals = {(kind, bits): found.total(kind, bits) for kind in KINDS for bits in WIDTHS[kind]}
    every = Found(sweeps, alone, without, totals)
    assert len(totals_of(found, every)) == 12
    return list(scores_of(found, every))


def test_widths_that_were_not_run_follow_from_those_that_were(
    tried: Trials, tmp_path: Path
) -> None:
    exact = told(tried, tmp_path / "all", ORDER)
    some = tuple(one for one in ORDER if one[0] == ALONE and one[2] in (2, 3, 4, 8))
    guessed = told(tried, tmp_path / "some", some)
    assert {one.alone_how for one in exact} == {RUN}
    assert {(one.bits, one.alone_how) for one in guessed if one.kind == WEIGHTS} == {
        *((bits, RUN) for bits in (2, 3, 4, 8)),
        *((bits, SCALED) for bits in (5, 6, 7)),
    }
    for one, other in zip(exact, guessed, strict=True):
        assert (one.layer, one.kind, one.bits) == (other.layer, other.kind, other.bits)
    pairs = [
        (one.alone.noise, other.alone.noise)
        for one, other in zip(exact, guessed, strict=True)
        if other.alone_how == SCALED and one.alone.noise > 1e-9
    ]
    ratios = np.array([guess / noise for noise, guess in pairs])
    assert np.median(ratios) == pytest.approx(1.0, rel=0.3)
    assert all(one.alone.drop is None for one in guessed if one.alone_how == SCALED)


def test_a_run_that_is_stopped_goes_on_where_it_was(tmp_path: Path) -> None:
    torch.manual_seed(0)
    found = trials(networks().Everything(), tmp_path)
    kept, seen = Kept(tmp_path / "kept"), list[int]()

    def stop(at: int) -> None:
        seen.append(at)
        if at == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        found.alone(ORDER, kept, stop)
    again = list[int]()
    resumed = found.alone(ORDER, kept, again.append)
    assert (seen, again) == ([0, 1, 2], [2, 3, 4, 5])
    whole = found.alone(ORDER, Kept(tmp_path / "another"), silent)
    for name, one in whole.items():
        assert one.local == resumed[name].local
        for key, marks in one.marks.items():
            np.testing.assert_array_equal(marks, resumed[name].marks[key])


def test_pictures_that_do_not_fit_at_once_go_one_after_the_other(
    tried: Trials, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = tried.alone(ORDER, Kept(tmp_path / "whole"), silent)
    monkeypatch.setattr("quant.perturb.trials.MOST_BYTES", 1)
    parts = tried.alone(ORDER, Kept(tmp_path / "parts"), silent)
    for name, one in whole.items():
        for key, marks in one.marks.items():
            np.testing.assert_allclose(parts[name].marks[key], marks, rtol=1e-4, atol=1e-12)


def test_a_damaged_file_counts_as_none(tmp_path: Path) -> None:
    (tmp_path / "x.npz").write_bytes(b"no archive")
    assert Kept(tmp_path).load("x") is None
