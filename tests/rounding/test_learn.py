"""Learned rounding over whole networks: each kind of layer, resumed after a stop, in the file."""

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
from quant.measure.accuracy import sqnr_db
from quant.recipe import Recipe
from quant.rounding import fitting
from quant.rounding import learn as learning
from quant.rounding.checkpoint import Checkpoint
from quant.rounding.source import Source
from quant.rounding.streams import Streams, codes_of, fake
from quant.runtime.ort import Session

SHAPES = {"Everything": (3, 8, 8), "Transformer": (12, 4, 4), "Tied": (3, 8, 8),
          "Attention": (12, 4, 4), "Multiplied": (3, 8, 8)}  # fmt: skip
COUNT = 60


class Stop(Exception):
    """As a cancelled or killed run leaves off."""


def prepared_from(name: str, folder: Path) -> Prepared:
    path = Path(__file__).parents[1] / "lower" / "networks.py"
    spec = importlib.util.spec_from_file_location("learned_networks", path)
    kinds = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(kinds)
    torch.manual_seed(0)
    model = fold(kinds.exported(getattr(kinds, name)(), SHAPES[name], folder / "raw.onnx"))
    onnx.save(model, folder / "folded.onnx")
    return Prepared(model, layers_of(model), folder / "folded.onnx", "test")


@pytest.fixture(scope="module", params=sorted(SHAPES))
def prepared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    return prepared_from(request.param, tmp_path_factory.mktemp(request.param))


def pictures(prepared: Prepared, count: int, seed: int = 0) -> np.ndarray:
    shape = [dim.dim_value for dim in prepared.model.graph.input[0].type.tensor_type.shape.dim]
    draw = np.random.default_rng(seed)
    return draw.standard_normal((count, *shape[1:])).astype(np.float32)


def source(prepared: Prepared, folder: Path, stop_at: int | None = None) -> Source:
    def progress(text: str, share: float) -> None:
        assert 0 <= share <= 1
        if stop_at is not None and f"layer {stop_at} of" in text:
            raise Stop

    def batches(count: int) -> list[np.ndarray]:
        every = pictures(prepared, count)
        return [every[i : i + 25] for i in range(0, count, 25)]

    return Source(batches, COUNT, Checkpoint(folder), progress, threads=1, seed=0)


def made(prepared: Prepared, recipe: Recipe, folder: Path, given: Source | None) -> Artifact:
    tensors = candidates(prepared.network, prepared.layers)
    seen = observe(prepared.model, tensors, [pictures(prepared, COUNT)], seed=0)
    few = pictures(prepared, 8)
    return make(prepared, recipe, seen, few, folder / "m.onnx", "test", given)


@pytest.mark.parametrize("method", ["gptq", "adaround", "brecq", "qdrop"])
def test_learned_codes_do_no_worse_than_nearest(
    prepared: Prepared, method: str, tmp_path: Path
) -> None:
    fresh = pictures(prepared, 100, seed=9)
    fp32 = Session(prepared.path, threads=1).run(fresh)
    found = {}
    for name in ("nearest", method):
        artifact = made(prepared, Recipe(3, 8, name), tmp_path / name, source(prepared, tmp_path))
        assert all(one.weight_bits == 3 for one in artifact.outcomes if one.parameters and one.macs)
        found[name] = sqnr_db(fp32, Session(artifact.path, threads=1).run(fresh))
    assert found[method] >= found["nearest"] - 0.5


@pytest.mark.parametrize("bits", [(2, 8), (4, 4), (3, 32), (8, 8)])
def test_every_width_is_learned(bits: tuple[int, int], tmp_path: Path) -> None:
    prepared = prepared_from("Everything", tmp_path)
    given = source(prepared, tmp_path / "kept")
    artifact = made(prepared, Recipe(*bits, "gptq"), tmp_path, given)
    assert artifact.integer_mac_share == (1.0 if bits[1] <= 8 else 0.0)
    assert artifact.agreement_db is None or artifact.agreement_db > 25


def test_the_quantised_run_is_what_the_file_computes(prepared: Prepared, tmp_path: Path) -> None:
    """Rounded layer by layer, the stream ends where the file does."""
    seen: list[Streams] = []
    before = learning.Streams

    class Kept(before):
        def __init__(self, *arguments: object) -> None:
            super().__init__(*arguments)
            seen.append(self)

    learning.Streams = Kept
    try:
        artifact = made(prepared, Recipe(4, 8, "gptq"), tmp_path, source(prepared, tmp_path / "k"))
    finally:
        learning.Streams = before
    output = prepared.model.graph.output[0].name
    batches = seen[0].quantised[output].batches
    streamed = torch.cat([batch.float() for batch in batches]).numpy()
    computed = Session(artifact.path, threads=1).run(pictures(prepared, COUNT))
    agreement = sqnr_db(computed, streamed)
    assert agreement is None or agreement > 25
    assert seen[0].swapped == {}, "rounded weights stay in memory"


def test_a_stopped_run_goes_on_where_it_was(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    prepared = prepared_from("Everything", tmp_path)
    recipe, kept = Recipe(3, 8, "adaround"), tmp_path / "kept"
    whole = made(prepared, recipe, tmp_path, source(prepared, tmp_path / "other")).path.read_bytes()
    with pytest.raises(Stop):
        made(prepared, recipe, tmp_path, source(prepared, kept, stop_at=4))
    assert len(list(kept.glob("*.npz"))) == 3
    (kept / "1.npz").write_bytes(b"damaged")
    solved: list[str] = []
    solve = learning.SOLVERS["adaround"]

    def counted(problem):
        solved.append(problem.name)
        return solve(problem)

    monkeypatch.setitem(learning.SOLVERS, "adaround", counted)
    again = made(prepared, recipe, tmp_path, source(prepared, kept))
    assert solved == ["depthwise", "left", "right", "head"]
    assert again.path.read_bytes() == whole


def test_without_pictures_learning_is_refused_in_a_sentence(tmp_path: Path) -> None:
    prepared = prepared_from("Tied", tmp_path)
    with pytest.raises(InvalidRecipe, match="learns from calibration pictures"):
        made(prepared, Recipe(4, 8, "gptq"), tmp_path, None)


def test_pictures_are_fewer_where_activations_are_large(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    prepared = prepared_from("Everything", tmp_path)
    assert fitting.most_pictures(prepared) > 100_000
    held = fitting.most_held(prepared)
    largest = 8 * 8 * 8
    assert 2 * largest <= held <= 5 * largest
    monkeypatch.setattr(fitting, "MOST_BYTES", held * 3 * 20)
    assert fitting.most_pictures(prepared) == 20


def test_codes_and_fake_quantisation_agree() -> None:
    from quant.grid import affine_grid

    grid, values = affine_grid(-1.0, 2.0, 5), torch.linspace(-2, 3, 101)
    codes = (codes_of(values, grid).float() - grid.zero_point) * grid.scale
    torch.testing.assert_close(codes, fake(values, grid))
