"""Codes: torch as the oracle, the limit on pairs, scales of a byte, never worse than nearest."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from quant.rounding.codes import PAIR_LIMIT, Weight, largest_pair, smallest_safe_scale
from quant.rounding.levels import choices, named
from quant.rounding.plain import PLAIN
from quant.rounding.scales import AN_OCTAVE, Scales

WIDTHS = (2, 3, 4, 5, 6, 7, 8)


def drawn(seed: int, shape: tuple[int, ...]) -> np.ndarray:
    draw = np.random.default_rng(seed)
    return (draw.standard_normal(shape) * draw.uniform(0.01, 3)).astype(np.float32)


def weight_of(values: np.ndarray, bits: int, paired: bool = False) -> Weight:
    top = float(smallest_safe_scale(values, bits, paired).max())
    return Weight(values, bits, Scales.below(top), paired)


@pytest.mark.parametrize("bits", WIDTHS)
def test_nearest_equals_torch_fake_quantise(bits: int) -> None:
    weight = drawn(0, (6, 5, 3, 3))
    codes = PLAIN["nearest"](weight_of(weight, bits))
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
    codes = PLAIN["nearest"](weight_of(weight, bits, paired=True))
    error = np.abs(codes.dequantised() - weight).reshape(3, -1).max(axis=1)
    assert (error <= codes.scale * 0.501).all()


@pytest.mark.parametrize("bits", WIDTHS)
def test_mse_is_never_worse_than_nearest(bits: int) -> None:
    weight = weight_of(drawn(1, (8, 16, 3, 3)), bits, paired=True)
    error = {
        name: np.square(method(weight).dequantised() - weight.values).sum()
        for name, method in PLAIN.items()
    }
    assert error["mse"] <= error["nearest"] * 1.0001


@pytest.mark.parametrize("method", sorted(PLAIN))
@given(seed=st.integers(0, 2**32 - 1), inputs=st.integers(1, 7))
@settings(max_examples=30)
def test_neighbours_never_saturate_sixteen_bits(method: str, seed: int, inputs: int) -> None:
    weight = drawn(seed, (3, inputs, 3, 3))
    codes = PLAIN[method](weight_of(weight, 8, paired=True))
    assert largest_pair(codes.values.astype(np.float32)).max() <= PAIR_LIMIT


@pytest.mark.parametrize("method", sorted(PLAIN))
@pytest.mark.parametrize("bits", WIDTHS)
def test_a_channel_of_zeros_stays_zero(method: str, bits: int) -> None:
    weight = np.zeros((2, 3, 3, 3), np.float32)
    weight[1] = 1.0
    codes = PLAIN[method](weight_of(weight, bits, paired=True))
    assert np.isfinite(codes.scale).all()
    assert np.abs(codes.dequantised()[0]).max() < 1e-5


def test_safe_scale_covers_the_largest_weight() -> None:
    weight = drawn(3, (4, 4, 1, 1))
    scale = smallest_safe_scale(weight, 4, False)
    np.testing.assert_allclose(scale * 7, np.abs(weight).reshape(4, -1).max(axis=1), rtol=1e-6)


@pytest.mark.parametrize(
    ("name", "bits"),
    [("odd", 2), ("odd", 3), ("curved", 3), ("curved", 4), ("even", 4)],
)
def test_the_levels_that_fit_are_found(name: str, bits: int) -> None:
    wanted = named(name, bits)
    weight = np.random.default_rng(0).choice(wanted.array, (4, 64, 1, 1)).astype(np.float32)
    codes = PLAIN["mse"](weight_of(weight, bits))
    assert codes.levels == wanted
    assert set(codes.values.ravel()) <= set(wanted.codes)


@pytest.mark.parametrize("bits", range(2, 9))
def test_levels_are_of_their_width_and_never_saturate(bits: int) -> None:
    for levels in choices(bits):
        assert len(set(levels.codes)) == len(levels.codes) == (255 if bits == 8 else 2**bits)
        assert sorted(levels.codes) == list(levels.codes)
        assert bits == 8 or 2 * max(map(abs, levels.codes)) <= PAIR_LIMIT


@given(scale=st.floats(1e-5, 3.0), top=st.floats(1e-3, 3.0))
def test_scales_are_a_byte_and_close(scale: float, top: float) -> None:
    scales = Scales.below(top)
    wanted = np.array([min(max(scale, top * 2.0**-20), top)], np.float32)
    near, above = scales.nearest(wanted), scales.at_least(wanted)
    assert 2 ** (-0.51 / AN_OCTAVE) <= near[0] / wanted[0] <= 2 ** (0.51 / AN_OCTAVE)
    assert 1 - 1e-4 <= above[0] / wanted[0] <= 2 ** (1.01 / AN_OCTAVE)
    np.testing.assert_array_equal(scales.of(scales.steps(near)), near)
