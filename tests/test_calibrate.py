"""Ranges and grids, with torch's observers as the oracle."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from quant.calibrate import BINS, Observed, _Watch, choose_grid
from quant.errors import InvalidRecipe
from quant.grid import affine_grid


def seen(values: np.ndarray) -> Observed:
    low, high = float(values.min()), float(values.max())
    counts, _ = np.histogram(values, BINS, (low, high))
    return Observed(low, high, counts.astype(np.float64))


def error(values: np.ndarray, grid) -> float:
    levels = np.clip(np.rint(values / grid.scale) + grid.zero_point, 0, grid.top)
    return float(np.square((levels - grid.zero_point) * grid.scale - values).mean())


@given(low=st.floats(-100, 100), width=st.floats(0, 200), bits=st.integers(2, 8))
@settings(max_examples=200)
def test_a_grid_represents_its_range_within_a_step(low: float, width: float, bits: int) -> None:
    grid = affine_grid(low, low + width, bits)
    assert 0 <= grid.zero_point <= grid.top
    tolerance = grid.scale * 0.51 + 1e-9
    assert grid.low <= min(low, 0) + tolerance
    assert grid.high >= max(low + width, 0) - tolerance


@pytest.mark.parametrize("bits", [4, 6, 8])
def test_minmax_grid_equals_torchs_observer(bits: int) -> None:
    values = np.random.default_rng(0).normal(0.3, 1, 5000).astype(np.float32)
    observer = torch.ao.quantization.MinMaxObserver(
        dtype=torch.quint8, quant_min=0, quant_max=2**bits - 1
    )
    observer(torch.from_numpy(values))
    scale, zero = observer.calculate_qparams()
    grid = choose_grid(seen(values), bits, "minmax")
    assert grid.scale == pytest.approx(float(scale), rel=1e-5)
    assert grid.zero_point == int(zero)


@pytest.mark.parametrize("bits", [4, 5, 6, 8])
def test_mse_ranges_are_never_worse_and_clip_outliers(bits: int) -> None:
    values = np.random.default_rng(1).standard_normal(20_000)
    values[0] = 30.0
    wide, narrow = (choose_grid(seen(values), bits, name) for name in ("minmax", "mse"))
    assert error(values, narrow) <= error(values, wide) * 1.001
    if bits == 4:
        assert narrow.high < 15


def test_a_constant_tensor_has_a_grid() -> None:
    assert affine_grid(0.0, 0.0, 8).scale > 0
    assert affine_grid(2.0, 2.0, 4).high == pytest.approx(2.0)


@pytest.mark.parametrize("bits", [1, 9])
def test_a_grid_out_of_limits_is_refused(bits: int) -> None:
    with pytest.raises(InvalidRecipe, match="2 to 8"):
        affine_grid(0, 1, bits)


def test_a_range_that_is_not_finite_is_refused() -> None:
    with pytest.raises(InvalidRecipe, match="finite"):
        affine_grid(0, float("inf"), 8)


def test_a_tensor_that_is_all_but_constant_has_a_histogram() -> None:
    watch = _Watch(np.random.default_rng(0), 1 << 14)
    watch.see(np.array([0.37, np.nextafter(np.float32(0.37), np.float32(1))], np.float32))
    found = watch.observed()
    assert found.counts.sum() == 2
    constant = _Watch(np.random.default_rng(0), 1 << 14)
    constant.see(np.full(5, 1e6, np.float32))
    assert constant.observed().counts.sum() == 5
