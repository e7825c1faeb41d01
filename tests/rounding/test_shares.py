"""Shares of inputs: who gets them, what they leave in the file, and that they help."""

from __future__ import annotations

import numpy as np
import pytest

from quant.rounding.codes import Weight, smallest_safe_scale
from quant.rounding.levels import choices
from quant.rounding.mse import round_mse
from quant.rounding.scales import Scales
from quant.rounding.shares import MOST_WEIGHTS, ROOM, STEPS, chosen, nearest, shares, table


def uneven(out: int, inputs: int) -> np.ndarray:
    """A weight whose inputs differ by up to 30 times."""
    draw = np.random.default_rng(0)
    spread = 2 ** draw.uniform(-5, 0, inputs)
    return (draw.standard_normal((out, inputs)) * spread).astype(np.float32)


def test_uneven_inputs_get_shares_and_even_ones_none() -> None:
    draw = np.random.default_rng(1)
    even = draw.standard_normal((400, 256)).astype(np.float32)
    found = chosen({"uneven": uneven(400, 256), "even": even}, {"uneven": 4, "even": 4})
    assert set(found) == {"uneven"}
    assert found["uneven"].shape == (256,)
    assert found["uneven"].max() < STEPS


def test_scales_and_shares_stay_within_their_room() -> None:
    weights = {f"layer{i}": uneven(60 + 10 * i, 40) for i in range(12)}
    found = chosen(weights, dict.fromkeys(weights, 3))
    total = sum(values.size for values in weights.values())
    taken = sum(8 * len(values) for values in weights.values())
    room = max(0.0, ROOM * total - taken)
    assert sum(8 * steps.size for steps in found.values()) <= room


@pytest.mark.parametrize(("bits", "size"), [(5, 64), (8, 64), (4, MOST_WEIGHTS)])
def test_wide_codes_and_huge_layers_have_none(bits: int, size: int) -> None:
    huge = np.broadcast_to(uneven(1, 64), (size // 16, 64))
    assert not chosen({"layer": huge}, {"layer": bits})


@pytest.mark.parametrize("bits", [2, 3, 4])
def test_rounding_with_shares_leaves_less_error(bits: int) -> None:
    values = uneven(64, 32)
    scales = Scales.below(float(smallest_safe_scale(values, bits, False).max()))
    roomy = np.ones((99, 999), np.float32)
    steps = chosen({"layer": values, "roomy": roomy}, {"layer": bits, "roomy": 8})["layer"]
    error = {
        is_shared: np.square(
            round_mse(
                Weight(values, bits, scales, shares=steps if is_shared else None)
            ).dequantised()
            - values
        ).sum()
        for is_shared in (False, True)
    }
    assert error[True] < error[False]


def test_codes_are_levels_times_shares_and_the_nearest_is_taken() -> None:
    for levels in choices(4, is_shared=True):
        steps = np.arange(STEPS, dtype=np.uint8)
        known = table(levels)
        assert (np.diff(known.astype(int), axis=1) >= 0).all()
        assert np.abs(known - shares(steps)[:, None] * levels.array).max() <= 0.5
        values = np.random.default_rng(2).uniform(-70, 70, (200, STEPS)).astype(np.float32)
        found = nearest(values, steps, levels)
        best = np.abs(values[..., None] - known[None].astype(np.float32)).min(-1)
        np.testing.assert_allclose(np.abs(found - values), best, atol=1e-4)
