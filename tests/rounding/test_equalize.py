"""Equalisation: the network stays what it is, and narrow widths lose less."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from torch import nn

from quant.graph.fold import fold
from quant.graph.layers import layers_of
from quant.graph.prepared import Prepared
from quant.measure.accuracy import sqnr_db
from quant.plan import plan
from quant.recipe import Recipe
from quant.rounding.equalize import equalise
from quant.rounding.freedom import freedoms
from quant.runtime.ort import Session
from tests.lower.networks import exported
from tests.rounding.test_learn import pictures, prepared_from


class Uneven(nn.Module):
    """Channels of very different size behind ReLU, and one that is never below 5."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 8, 3, padding=1)
        self.second = nn.Conv2d(8, 4, 1)
        with torch.no_grad():
            self.first.weight *= torch.logspace(-2, 0, 8).reshape(-1, 1, 1, 1)
            self.first.bias[7] = 20.0

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.second(torch.relu(self.first(x))).mean((2, 3))


class Norms(nn.Module):
    """LayerNorm with outlier channels before a linear layer."""

    def __init__(self) -> None:
        super().__init__()
        self.norm, self.head = nn.LayerNorm(12), nn.Linear(12, 5)
        with torch.no_grad():
            self.norm.weight[3] = 40.0
            self.norm.bias[5] = 30.0

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.norm(x.flatten(2).transpose(1, 2))).mean(1)


def built(network: nn.Module, channels: int, folder: Path) -> Prepared:
    torch.manual_seed(0)
    model = fold(exported(network, (channels, 4, 4), folder / "raw.onnx"))
    onnx.save(model, folder / "folded.onnx")
    return Prepared(model, layers_of(model), folder / "folded.onnx", "test")


def equalised(prepared: Prepared, recipe: Recipe) -> Prepared:
    bits = plan(recipe, prepared.layers, prepared.products)
    return equalise(prepared, bits, [pictures(prepared, 64)])


def agreement(before: Prepared, after: Prepared, folder: Path) -> float:
    onnx.save(after.model, folder / "after.onnx")
    x = pictures(before, 64)
    answers = [Session(path, threads=1).run(x) for path in (before.path, folder / "after.onnx")]
    found = sqnr_db(*answers)
    return 200.0 if found is None else found


@pytest.mark.parametrize("name", ["Everything", "Transformer", "Tied", "Attention", "Multiplied"])
@pytest.mark.parametrize("bits", [(4, 4), (8, 8), (3, 32)])
def test_the_network_stays_what_it_is(name: str, bits: tuple[int, int], tmp_path: Path) -> None:
    prepared = prepared_from(name, tmp_path)
    after = equalised(prepared, Recipe(*bits))
    assert agreement(prepared, after, tmp_path) > 80
    assert [layer.name for layer in after.layers] == [layer.name for layer in prepared.layers]


@pytest.mark.parametrize(("network", "channels"), [(Uneven, 3), (Norms, 12)])
def test_uneven_channels_are_made_even(
    network: type[nn.Module], channels: int, tmp_path: Path
) -> None:
    prepared = built(network(), channels, tmp_path)
    assert freedoms(prepared)
    after = equalised(prepared, Recipe(4, 4))
    assert after.sha256 != prepared.sha256
    assert agreement(prepared, after, tmp_path) > 80
    [reader] = [layer for layer in after.layers if layer.name in ("second", "head")]
    spans = []
    for one in (prepared, after):
        watched = onnx.ModelProto()
        watched.CopyFrom(one.model)
        watched.graph.output.append(onnx.helper.make_empty_tensor_value_info(reader.source))
        onnx.save(watched, tmp_path / "watched.onnx")
        import onnxruntime

        session = onnxruntime.InferenceSession(
            tmp_path / "watched.onnx", providers=["CPUExecutionProvider"]
        )
        [values] = session.run([reader.source], {session.get_inputs()[0].name: pictures(one, 64)})
        axis = 1 if values.ndim == 4 else 2
        flat = np.moveaxis(values, axis, -1).reshape(-1, values.shape[axis])
        steps = max(flat.max(), 0) - min(flat.min(), 0)
        spans.append(np.median((flat.max(0) - flat.min(0)) / steps))
    assert spans[1] > 1.5 * spans[0]  # of the range that all channels share


def test_a_network_without_freedom_is_returned_as_it_is(tmp_path: Path) -> None:
    prepared = built(nn.Sequential(nn.Flatten(), nn.Linear(48, 5)), 3, tmp_path)
    assert equalised(prepared, Recipe(4, 4)) is prepared


class TokensFirst(nn.Module):
    """torch's attention, which turns tokens round behind LayerNorm, with an outlier channel."""

    def __init__(self) -> None:
        super().__init__()
        self.norm, self.attention = nn.LayerNorm(12), nn.MultiheadAttention(12, 2)
        self.head = nn.Linear(12, 5)
        with torch.no_grad():
            self.norm.weight[3] = 40.0

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.norm(x.flatten(2).transpose(1, 2)).transpose(0, 1)
        return self.head(self.attention(x, x, x, need_weights=False)[0]).mean(0)


def test_attention_with_tokens_first_leaves_scales_free(tmp_path: Path) -> None:
    prepared = built(TokensFirst(), 12, tmp_path)
    [free] = freedoms(prepared)
    assert [node.op_type for node in free.norms] == ["LayerNormalization"]
    assert [layer.name for layer in free.readers] == [prepared.layers[0].name]
    moved = equalised(prepared, Recipe(4, 8))
    assert moved.sha256 != prepared.sha256
    assert agreement(prepared, moved, tmp_path) > 80
