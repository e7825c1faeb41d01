"""What torchvision's networks are made of besides convolutions and matrices, in integers."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from torch import Tensor, nn

from quant.artifact import make
from quant.calibrate import observe
from quant.graph.fold import fold
from quant.graph.layers import layers_of
from quant.graph.network import Network
from quant.graph.prepared import Prepared
from quant.lower.placement import candidates, place
from quant.measure.accuracy import sqnr_db
from quant.recipe import Recipe
from quant.rounding.checkpoint import Checkpoint
from quant.rounding.source import Source
from quant.runtime.ort import Session
from tests.lower.networks import exported

SHAPE = (3, 16, 16)


class Block(nn.Module):
    """A stem of eight channels, something, and a head."""

    def __init__(self, middle: nn.Module, channels: int = 8) -> None:
        super().__init__()
        self.stem, self.middle = nn.Conv2d(3, 8, 3, padding=1), middle
        self.head = nn.Linear(channels, 4)

    def forward(self, x: Tensor) -> Tensor:
        x = self.middle(self.stem(x))
        logits: Tensor = self.head(nn.functional.adaptive_avg_pool2d(x, 1).flatten(1))
        return logits


class SqueezeExcite(nn.Module):
    """MobileNetV3's: HardSwish, and a gate for each channel."""

    def __init__(self, swish: nn.Module, gate: nn.Module) -> None:
        super().__init__()
        self.swish, self.gate = swish, gate
        self.down, self.up = nn.Conv2d(8, 4, 1), nn.Conv2d(4, 8, 1)
        self.project = nn.Conv2d(8, 8, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.swish(6 * x)
        pooled = nn.functional.adaptive_avg_pool2d(x, 1)
        gated: Tensor = self.gate(3 * self.up(torch.relu(self.down(pooled)))) * x
        projected: Tensor = self.project(gated)
        return projected


class Dense(nn.Module):
    """DenseNet's: batch norm behind a concat, and pooling between."""

    def __init__(self) -> None:
        super().__init__()
        self.grow, self.squeeze = nn.Conv2d(8, 4, 3, padding=1), nn.Conv2d(12, 8, 1)
        self.norm = nn.BatchNorm2d(12)
        with torch.no_grad():
            for values in (self.norm.running_mean, self.norm.weight, self.norm.bias):
                values.normal_()
            self.norm.running_var.uniform_(0.5, 2.0)
            self.norm.weight[0] = 0.0

    def forward(self, x: Tensor) -> Tensor:
        x = torch.relu(self.norm(torch.cat([x, self.grow(x)], 1)))
        x = nn.functional.avg_pool2d(self.squeeze(x), 2)
        pooled: Tensor = nn.functional.avg_pool2d(x, 3, stride=1, padding=1)
        return pooled


class Shuffle(nn.Module):
    """ShuffleNet's: half of the channels are left alone, then all are shuffled."""

    def __init__(self) -> None:
        super().__init__()
        self.branch = nn.Conv2d(4, 4, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        left, right = torch.relu(x).chunk(2, dim=1)
        x = torch.cat([left, torch.relu(self.branch(right))], dim=1)
        return x.reshape(-1, 2, 4, 16, 16).transpose(1, 2).reshape(-1, 8, 16, 16)


class GridAttention(nn.Module):
    """MaxViT's: attention within a grid, written as einsum, with a bias by position."""

    def __init__(self) -> None:
        super().__init__()
        self.norm, self.qkv, self.out = nn.LayerNorm(8), nn.Linear(8, 24), nn.Linear(8, 8)
        self.bias = nn.Parameter(torch.randn(1, 1, 2, 16, 16))

    def forward(self, x: Tensor) -> Tensor:
        x = x.reshape(-1, 8, 4, 4, 4, 4).permute(0, 3, 5, 2, 4, 1).reshape(-1, 16, 16, 8)
        qkv = self.qkv(self.norm(x)).chunk(3, dim=-1)
        query, key, value = (one.reshape(-1, 16, 16, 2, 4).permute(0, 1, 3, 2, 4) for one in qkv)
        scores = torch.einsum("B G H I D, B G H J D -> B G H I J", query, key * 0.5)
        mixed = torch.einsum(
            "B G H I J, B G H J D -> B G H I D", (scores + self.bias).softmax(-1), value
        )
        x = x + self.out(mixed.permute(0, 1, 3, 2, 4).reshape(-1, 16, 16, 8))
        x = x.reshape(-1, 4, 4, 4, 4, 8).permute(0, 5, 3, 1, 4, 2)
        return x.reshape(-1, 8, 16, 16)


class CosineAttention(nn.Module):
    """Swin v2's: queries and keys of length one."""

    def __init__(self) -> None:
        super().__init__()
        self.qkv = nn.Linear(8, 24)

    def forward(self, x: Tensor) -> Tensor:
        query, key, value = self.qkv(x.flatten(2).transpose(1, 2)).chunk(3, dim=-1)
        query, key = nn.functional.normalize(query, dim=-1), nn.functional.normalize(key, dim=-1)
        mixed = (query @ key.transpose(-2, -1) * 10).softmax(-1) @ value
        turned: Tensor = mixed.transpose(1, 2).reshape(-1, 8, 16, 16)
        return turned


MIDDLES = {
    "hard swish": lambda: SqueezeExcite(nn.Hardswish(), nn.Hardsigmoid()),
    "silu": lambda: SqueezeExcite(nn.SiLU(), nn.Sigmoid()),
    "dense": Dense,
    "shuffle": Shuffle,
    "grid attention": GridAttention,
    "cosine attention": CosineAttention,
    "gelu": lambda: nn.Sequential(nn.GELU(), nn.Conv2d(8, 8, 3, padding=1)),
}


def prepared_of(kind: str, folder: Path) -> Prepared:
    torch.manual_seed(0)
    model = fold(exported(Block(MIDDLES[kind]()), SHAPE, folder / "raw.onnx"))
    onnx.save(model, folder / "folded.onnx")
    return Prepared(model, layers_of(model), folder / "folded.onnx", kind)


def pictures(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((count, *SHAPE)).astype(np.float32)


@pytest.fixture(scope="module")
def lowered(tmp_path_factory: pytest.TempPathFactory):
    """Each network once: what it is, what it says, and its file at eight bits."""
    known: dict[str, tuple] = {}

    def get(kind: str) -> tuple:
        if kind not in known:
            folder = tmp_path_factory.mktemp("lowered")
            prepared = prepared_of(kind, folder)
            tensors = candidates(prepared.network, prepared.layers)
            observed = observe(prepared.model, tensors, [pictures(20, 1)], seed=0)
            path = folder / "made.onnx"
            artifact = make(prepared, Recipe(8, 8), observed, pictures(4), path, "test")
            known[kind] = prepared, observed, artifact
        return known[kind]

    return get


def runtime_ops(path: Path, folder: Path) -> Counter:
    """What ONNX Runtime makes of a file."""
    written = folder / "optimised.onnx"
    Session(path, threads=1, written=written)
    return Counter(node.op_type for node in onnx.load(written).graph.node)


@pytest.mark.parametrize("kind", MIDDLES)
def test_all_multiplications_are_in_integers_and_answers_stay(kind: str, lowered) -> None:
    prepared, _, artifact = lowered(kind)
    assert artifact.integer_mac_share == 1.0
    given = Session(artifact.path, threads=1).run(pictures(16))
    wanted = Session(prepared.path, threads=1).run(pictures(16))
    assert sqnr_db(wanted, given) > 25


@pytest.mark.parametrize("kind", MIDDLES)
def test_folding_keeps_the_answers(kind: str, lowered) -> None:
    prepared, _, _ = lowered(kind)
    raw = prepared.path.with_name("raw.onnx")
    wanted, given = (Session(p, threads=1).run(pictures(3)) for p in (raw, prepared.path))
    np.testing.assert_allclose(given, wanted, atol=1e-5)


@pytest.mark.parametrize(
    ("kind", "absent"),
    [
        ("hard swish", {"HardSigmoid", "Mul", "QLinearSigmoid"}),
        ("silu", {"Sigmoid", "Mul"}),
        ("dense", {"BatchNormalization", "QLinearAveragePool", "AveragePool"}),
        ("shuffle", {"QuantizeLinear"}),
        ("grid attention", {"Einsum"}),
        ("cosine attention", {"Expand"}),
        ("gelu", {"Erf", "Div"}),
    ],
)
def test_nothing_goes_to_float_and_back_for(
    kind: str, absent: set, lowered, tmp_path: Path
) -> None:
    _, _, artifact = lowered(kind)
    found = runtime_ops(artifact.path, tmp_path)
    if kind == "shuffle":  # the picture itself
        assert found["QuantizeLinear"] == 1
        return
    assert not absent & set(found)


def test_batch_norm_is_exact_at_any_width_of_weights(lowered, tmp_path: Path) -> None:
    """Its factors have a code of 127 and a scale each, also where layers have two bits."""
    prepared, observed, _ = lowered("dense")
    artifact = make(prepared, Recipe(2, 8), observed, pictures(4), tmp_path / "two.onnx", "test")
    file = Network(onnx.load(artifact.path))
    norm = next(n for n in prepared.network.nodes if n.op_type == "BatchNormalization")
    codes, scale = (file.constant(f"{norm.output[0]}/weight/{p}") for p in ("codes", "scale"))
    gamma, _, _, variance = (prepared.network.constant(name) for name in norm.input[1:5])
    np.testing.assert_allclose(
        codes.reshape(-1) * scale, gamma / np.sqrt(variance + 1e-5), rtol=1e-5, atol=1e-20
    )


def test_inputs_of_a_concat_take_its_grid(lowered) -> None:
    prepared, _, _ = lowered("shuffle")
    network = prepared.network
    placement = place(network, prepared.layers, {layer.name: 8 for layer in prepared.layers})
    concat = next(node for node in network.nodes if node.op_type == "Concat")
    joined = [name for name in concat.input if placement.passed.get(name) == concat.output[0]]
    assert len(joined) == 1  # the other half is moved from before the split


def test_narrow_inputs_of_a_concat_keep_to_their_levels(lowered, tmp_path: Path) -> None:
    prepared, observed, _ = lowered("shuffle")
    made = make(prepared, Recipe(8, 4), observed, pictures(4), tmp_path / "four.onnx", "test")
    assert made.agreement_db is None or made.agreement_db > 40
    assert made.integer_mac_share == 1.0


def test_values_that_stay_near_zero_keep_a_fine_grid() -> None:
    from quant.grid import affine_grid
    from quant.lower.gates import gated, is_gated

    wide, narrow = affine_grid(-9.0, 12.0, 8), affine_grid(-0.1, 0.1, 8)
    assert is_gated(gated(wide))
    assert gated(wide).scale <= wide.scale
    assert gated(narrow) == narrow


def test_layers_are_counted_for_one_picture_whatever_the_order_of_axes(tmp_path: Path) -> None:
    torch.manual_seed(0)
    attention = nn.MultiheadAttention(8, 2)  # tokens first

    class Tokens(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.stem, self.norm = nn.Conv2d(3, 8, 4, stride=4), nn.LayerNorm(8)
            self.attention, self.head = attention, nn.Linear(8, 4)

        def forward(self, x: Tensor) -> Tensor:
            x = self.norm(self.stem(x).flatten(2).transpose(1, 2)).transpose(0, 1)
            x = self.attention(x, x, x, need_weights=False)[0]
            logits: Tensor = self.head(x.mean(0))
            return logits

    model = fold(exported(Tokens(), SHAPE, tmp_path / "tokens.onnx"))
    layers = layers_of(model)
    assert [layer.macs for layer in layers[1:3]] == [16 * 8 * 24, 16 * 8 * 8]
    network = Network(model)
    assert network.producer[layers[1].source].op_type == "LayerNormalization"


@pytest.mark.parametrize("kind", MIDDLES)
def test_rounding_learns_through_it(kind: str, lowered, tmp_path: Path) -> None:
    prepared, observed, _ = lowered(kind)
    source = Source(
        lambda n: [pictures(n, 1)], 16, Checkpoint(tmp_path / "kept"), lambda *_: None, 1, 0
    )
    recipe = Recipe(4, 8, "gptq", calibration_images=16)
    artifact = make(prepared, recipe, observed, pictures(4), tmp_path / "made.onnx", "test", source)
    given, wanted = (
        Session(path, threads=1).run(pictures(16)) for path in (artifact.path, prepared.path)
    )
    assert sqnr_db(wanted, given) > 15
