"""Blocks: where a network is cut, and that learning one leaves its answers closer to float."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from quant.measure.accuracy import sqnr_db
from quant.recipe import Recipe
from quant.rounding import learn as learning
from quant.rounding import reconstruct as reconstructing
from quant.rounding.blocks import FEWEST_LAYERS, blocks_of
from quant.rounding.reconstruct import Schedule
from quant.runtime.ort import Session
from tests.rounding.test_learn import Stop, made, pictures, prepared_from, source


@pytest.mark.parametrize("name", ["Everything", "Transformer", "Tied", "Attention", "Multiplied"])
def test_blocks_cover_the_network_once(name: str, tmp_path: Path) -> None:
    prepared = prepared_from(name, tmp_path)
    network, layers = prepared.network, {layer.node for layer in prepared.layers}
    blocks = blocks_of(network, layers)
    assert [blocks[0].start, *(block.end for block in blocks)] == [
        *(block.start for block in blocks),
        len(network.nodes),
    ]
    assert sum(block.layers for block in blocks) == len(prepared.layers)
    for block in blocks:
        nodes = network.nodes[block.start : block.end]
        made_here = {name for node in nodes for name in node.output}
        read = {name for node in nodes for name in network.data_inputs(node)} - made_here
        later = {
            name for node in network.nodes[block.end :] for name in network.data_inputs(node)
        } | network.outputs
        assert read <= {block.source}
        assert made_here & later == {block.output}


def test_short_blocks_are_joined_and_residual_ones_stay_whole(tmp_path: Path) -> None:
    prepared = prepared_from("Everything", tmp_path)
    blocks = blocks_of(prepared.network, {layer.node for layer in prepared.layers})
    assert [block.layers for block in blocks] == [3, 3]
    assert max(block.layers for block in blocks) <= FEWEST_LAYERS
    adding = next(i for i, node in enumerate(prepared.network.nodes) if node.op_type == "Add")
    [holder] = [block for block in blocks if block.start <= adding < block.end]
    assert holder.layers == 3


@pytest.mark.parametrize(("method", "bits"), [("brecq", (2, 8)), ("qdrop", (3, 4))])
def test_blocks_learned_as_one_answer_better(
    method: str, bits: tuple[int, int], tmp_path: Path
) -> None:
    """On pictures that were not calibrated on; the steps of narrow activations are learned too."""
    found = {"gptq": 0.0, method: 0.0}
    for network in ("Everything", "Tied"):
        prepared = prepared_from(network, tmp_path)
        fresh = pictures(prepared, 200, seed=9)
        fp32 = Session(prepared.path, threads=1).run(fresh)
        for name in found:
            folder = tmp_path / network / name
            artifact = made(prepared, Recipe(*bits, name), folder, source(prepared, folder))
            found[name] += sqnr_db(fp32, Session(artifact.path, threads=1).run(fresh)) / 2
    assert found[method] >= found["gptq"] - 0.3


def test_a_run_stopped_within_a_block_goes_on_at_that_block(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(learning.BLOCKWISE, "qdrop", Schedule(steps=20, drop=0.5))
    prepared = prepared_from("Everything", tmp_path)
    recipe, kept = Recipe(3, 4, "qdrop"), tmp_path / "kept"
    whole = made(prepared, recipe, tmp_path, source(prepared, tmp_path / "other")).path.read_bytes()
    drawn = reconstructing._Pictures.drawn
    steps: list[int] = []

    def killed(*arguments: object) -> object:
        steps.append(1)
        if len(steps) == 25:  # the fifth step of the second block
            raise Stop
        return drawn(*arguments)

    monkeypatch.setattr(reconstructing._Pictures, "drawn", killed)
    with pytest.raises(Stop):
        made(prepared, recipe, tmp_path, source(prepared, kept))
    assert len(list(kept.glob("*.npz"))) == 1
    again = made(prepared, recipe, tmp_path, source(prepared, kept))
    assert len(steps) == 25 + 20  # the first block was not learned again
    assert again.path.read_bytes() == whole


def test_learned_steps_are_in_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(learning.BLOCKWISE, "brecq", Schedule(steps=60, step_rate=0.02))
    prepared = prepared_from("Everything", tmp_path)
    seen: list[dict] = []
    learn = learning.learn

    def noted(*arguments: object) -> object:
        rounded = learn(*arguments)
        seen.append(dict(rounded.grids))
        return rounded

    monkeypatch.setattr(learning, "learn", noted)
    artifact = made(prepared, Recipe(4, 4, "brecq"), tmp_path, source(prepared, tmp_path / "k"))
    import onnx

    model = onnx.load(artifact.path)
    scalars = {
        float(onnx.numpy_helper.to_array(item))
        for item in model.graph.initializer
        if not item.dims and item.data_type == onnx.TensorProto.FLOAT
    }
    assert seen[0]
    for grid in seen[0].values():
        assert any(np.isclose(grid.scale, value, rtol=1e-6) for value in scalars)
