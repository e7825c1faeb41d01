"""Real weights, folded as files have them, and what one scale for all does to small channels."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
import torch
from onnx import numpy_helper

from models.zoo.files import weights_file
from quant.errors import DataError
from quant.learn import layer

NETWORKS = ("fashion-resnet", "fashion-mobilenet", "fashion-vit")


@pytest.mark.parametrize("network", NETWORKS)
def test_weights_are_those_of_the_exported_network(network: str) -> None:
    """The exporter folds BatchNorm, and lays some matrices the other way round."""
    exported = onnx.load(weights_file(network).with_suffix(".onnx"))
    known = [numpy_helper.to_array(one) for one in exported.graph.initializer]
    known = [one for one in known if one.ndim > 1 and one.dtype == np.float32]
    sums = [np.sort(np.abs(one.ravel())) for one in known]
    for name, weights in layer.layers(network).items():
        mine = np.sort(np.abs(weights.ravel()))
        same = [one for one in sums if one.size == mine.size]
        assert any(np.allclose(one, mine, rtol=1e-3, atol=1e-5) for one in same), name


@pytest.mark.parametrize("bits", [2, 4, 8])
def test_rounding_per_channel_is_torchs_fake_quantise(bits: int) -> None:
    weights = layer.layers("fashion-mobilenet")["blocks.0.depthwise.0"]
    found = layer.rounded(weights, bits, per_channel=True)
    top = 2 ** (bits - 1) - 1
    oracle = torch.fake_quantize_per_channel_affine(
        torch.from_numpy(weights), torch.from_numpy(found.scales.ravel()),
        torch.zeros(len(weights), dtype=torch.int32), 0, -top, top,
    )  # fmt: skip
    assert np.allclose(found.after, oracle.numpy(), atol=1e-6)


@pytest.mark.parametrize("network", NETWORKS)
def test_one_scale_for_all_hurts_where_channels_differ(network: str) -> None:
    weights = layer.layers(network)[layer.most_telling(network)]
    tensor, channel = (layer.rounded(weights, 4, per_channel=each) for each in (False, True))
    assert channel.sqnr_db > tensor.sqnr_db + 3
    small = np.abs(weights).max(axis=1).argmin()
    assert channel.by_channel_db[small] > tensor.by_channel_db[small] + 10
    assert channel.size_bytes > tensor.size_bytes


def test_a_network_whose_weights_are_not_here_is_a_sentence() -> None:
    with pytest.raises(DataError, match="weights of imagenet-lite0 are not here"):
        layer.layers("imagenet-lite0")
