"""Methods that learn, on tiny layers: against exhaustive search, and never worse than nearest."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
import torch

from quant.rounding.adaround import Schedule, round_adaround
from quant.rounding.codes import (
    PAIR_LIMIT,
    RoundedLayer,
    Weight,
    largest_pair,
    smallest_safe_scale,
)
from quant.rounding.gptq import round_gptq
from quant.rounding.nearest import round_nearest
from quant.rounding.problem import Problem, corrected, error_of
from quant.rounding.rows import Rows
from quant.rounding.scales import Scales


def problem(
    seed: int, *, groups: int = 1, inputs: int = 4, out: int = 3, bits: int = 2, noise: float = 0.0
) -> Problem:
    """Correlated inputs, a Relu behind the layer."""
    draw = torch.Generator().manual_seed(seed)
    mix = torch.randn(groups, inputs, inputs, generator=draw)
    plain = torch.randn(groups, 512, inputs, generator=draw) @ mix + 0.5
    read = plain + noise * torch.randn(plain.shape, generator=draw)
    matrix = torch.randn(groups, out, inputs, generator=draw)
    bias = torch.randn(groups * out, generator=draw)
    values = matrix.reshape(groups * out, inputs).numpy()
    scales = Scales.below(float(smallest_safe_scale(values, bits, False).max()))
    targets = plain @ matrix.transpose(1, 2) + bias.reshape(groups, 1, -1)
    rows = Rows(read, plain, targets)
    weight = Weight(values, bits, scales)
    return Problem("layer", weight, bias.numpy(), groups, rows, torch.relu, True, seed)


METHODS = {"gptq": round_gptq, "adaround": lambda p: round_adaround(p, Schedule(steps=120))}


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("bits", [2, 3, 4, 6, 8])
@pytest.mark.parametrize("groups", [1, 5])
def test_no_method_is_worse_than_nearest(name: str, bits: int, groups: int) -> None:
    for seed in range(3):
        given = problem(seed, bits=bits, groups=groups, inputs=9, noise=0.05)
        nearest = RoundedLayer(round_nearest(given.weight), given.bias)
        assert error_of(given, METHODS[name](given)) <= error_of(given, nearest) * 1.001


def test_methods_come_close_to_exhaustive_search() -> None:
    """All codes of a channel of four two-bit weights, at the scale that the method chose."""
    ratios = {name: [] for name in METHODS}
    for seed in range(6):
        given = problem(seed, out=1)
        for name, solve in METHODS.items():
            found = solve(given)
            best = min(
                error_of(given, corrected(given, given.codes(
                    torch.tensor(codes, dtype=torch.float32).reshape(1, 1, 4),
                    found.codes.scale, found.codes.levels,
                )))
                for codes in product(found.codes.levels.codes, repeat=4)
            )  # fmt: skip
            ratios[name].append(error_of(given, found) / max(best, 1e-9))
    assert np.median(ratios["gptq"]) < 1.6
    assert np.median(ratios["adaround"]) <= np.median(ratios["gptq"]) * 1.001


@pytest.mark.parametrize("name", METHODS)
def test_the_same_seed_gives_the_same_codes(name: str) -> None:
    first, again = (METHODS[name](problem(7, bits=3, inputs=16)) for _ in range(2))
    np.testing.assert_array_equal(first.codes.values, again.codes.values)
    np.testing.assert_array_equal(first.bias, again.bias)


def test_a_corrected_bias_gives_the_float_mean() -> None:
    given = problem(1, bits=3, noise=0.1)
    found = corrected(given, round_nearest(given.weight))
    matrix = torch.from_numpy(found.codes.dequantised()).reshape(given.matrix.shape)
    answers = given.rows.inputs @ matrix.transpose(1, 2) + torch.from_numpy(found.bias)
    np.testing.assert_allclose(answers.mean(1), given.rows.targets.mean(1), atol=1e-4)


def test_eight_bit_codes_stay_exact_without_vnni() -> None:
    """Making up for errors must not put two large codes side by side."""
    for seed in range(20):
        given = problem(seed, inputs=16, out=8, bits=8, noise=0.3)
        values = given.weight.values
        scales = Scales.below(float(smallest_safe_scale(values, 8, True).max()))
        weight = replace(given.weight, scales=scales, paired=True)
        found = round_gptq(replace(given, weight=weight)).codes.values
        assert largest_pair(found.astype(np.float32)).max() <= PAIR_LIMIT


def test_few_rows_do_not_carry_the_weights_away() -> None:
    """Thirty rows cannot tell 64 weights: held-out rows are answered no worse than with nearest."""
    many = problem(3, inputs=64, bits=4, noise=0.3)
    few = Rows(*(side[:, :30] for side in (many.rows.inputs, many.rows.plain, many.rows.targets)))
    given = Problem("few", many.weight, many.bias, 1, few, torch.relu, True, 0)
    nearest = RoundedLayer(round_nearest(given.weight), given.bias)
    assert error_of(many, round_gptq(given)) <= 1.5 * error_of(many, nearest)
