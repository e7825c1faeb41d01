"""What looking at inputs gives a layer: never worse than plain rounding, found for every layer."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from quant.graph.fold import fold
from quant.graph.layers import layers_of
from quant.graph.prepared import Prepared
from quant.rounding.checkpoint import Checkpoint
from quant.rounding.gains import gains
from quant.rounding.source import Source


@pytest.mark.parametrize("method", ["gptq", "equalize"])
def test_every_layer_has_a_gain(method: str, tmp_path: Path) -> None:
    path = Path(__file__).parents[1] / "lower" / "networks.py"
    spec = importlib.util.spec_from_file_location("gained_networks", path)
    kinds = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(kinds)
    torch.manual_seed(0)
    model = fold(kinds.exported(kinds.Everything(), (3, 8, 8), tmp_path / "raw.onnx"))
    onnx.save(model, tmp_path / "folded.onnx")
    prepared = Prepared(model, layers_of(model), tmp_path / "folded.onnx", "test")
    draw = np.random.default_rng(0)
    every = draw.standard_normal((40, 3, 8, 8)).astype(np.float32)
    told: list[float] = []
    source = Source(
        lambda count: [every[:count]], 40, Checkpoint(tmp_path), lambda _, at: told.append(at), 1, 0
    )
    found = gains(prepared, method, "mse", source)
    assert set(found) == {layer.name for layer in prepared.layers}
    assert all(0 < gain <= 1 for gain in found.values())
    assert told == sorted(told)
    if method == "gptq":
        assert np.median(list(found.values())) < 0.9
