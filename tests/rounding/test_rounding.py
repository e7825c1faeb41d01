"""Codes: torch as the oracle, the limit on pairs, and never worse than nearest."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from quant.rounding import ROUNDING
from quant.rounding.codes import PAIR_LIMIT, largest_pair, smallest_safe_scale

WIDTHS = (2, 3, 4, 5, 6, 7, 8)


def drawn(seed: int, shape: tuple[int, ...]) -> np.ndarray:
    draw = np.random.default_rng(seed)
    return (draw.standard_normal(shape) * draw.uniform(0.01, 3)).astype(np.float32)


@pytest.mark.parametrize("bits", WIDTHS)
def test_nearest_equals_torch_fake_quantise(bits: int) -> None:
    weight = drawn(0, (6, 5, 3, 3))
    codes = ROUNDING["nearest"](weight, bits, False)
    top = 2 ** (bits - 1) - 1
    expected = torch.fake_quantize_per_channel_affine(
        torch.from_numpy(weight),
        torch.from_numpy(codes.scale),
        torch.zeros(6, dtype=torch.int32),
        0,
        -top,
        top,
    )
    np.testing.assert_allclose(codes.dequantised(), expected.numpy(), rtol=1e-6)


@pytest.mark.parametrize("bits", WIDTHS)
@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=20)
def test_nearest_is_within_half_a_step(bits: int, seed: int) -> None:
    weight = drawn(seed, (3, 4, 2, 2))
    codes = ROUNDING["nearest"](weight, bits, True)
    error = np.abs(codes.dequantised() - weight).reshape(3, -1).max(axis=1)
    assert (error <= codes.scale * 0.501).all()


@pytest.mark.parametrize("bits", WIDTHS)
def test_mse_is_never_worse_than_nearest(bits: int) -> None:
    weight = drawn(1, (8, 16, 3, 3))
    error = {
        name: np.square(method(weight, bits, True).dequantised() - weight).sum()
        for name, method in ROUNDING.items()
    }
    assert error["mse"] <= error["nearest"] * 1.0001


@pytest.mark.parametrize("method", sorted(ROUNDING))
@given(seed=st.integers(0, 2**32 - 1), inputs=st.integers(1, 7))
@settings(max_examples=30)
def test_neighbours_never_saturate_sixteen_bits(method: str, seed: int, inputs: int) -> None:
    weight = drawn(seed, (3, inputs, 3, 3))
    codes = ROUNDING[method](weight, 8, True)
    assert largest_pair(codes.values.astype(np.float32)).max() <= PAIR_LIMIT


@pytest.mark.parametrize("method", sorted(ROUNDING))
@pytest.mark.parametrize("bits", WIDTHS)
def test_a_channel_of_zeros_stays_zero(method: str, bits: int) -> None:
    weight = np.zeros((2, 3, 3, 3), np.float32)
    weight[1] = 1.0
    codes = ROUNDING[method](weight, bits, True)
    assert np.isfinite(codes.scale).all()
    assert (codes.values[0] == 0).all()


def test_safe_scale_covers_the_largest_weight() -> None:
    weight = drawn(3, (4, 4, 1, 1))
    scale = smallest_safe_scale(weight, 4, False)
    np.testing.assert_allclose(scale * 7, np.abs(weight).reshape(4, -1).max(axis=1), rtol=1e-6)
