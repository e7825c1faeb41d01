"""Intervals and tests against scipy and published examples; rates are in test_rates.py."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest

from quant.stats import bootstrap, holm, mcnemar, paired, wilson


def test_wilson_matches_the_published_example() -> None:
    interval = wilson(81, 263)  # Newcombe 1998, table I
    assert interval.low == pytest.approx(0.2553, abs=1e-4)
    assert interval.high == pytest.approx(0.3662, abs=1e-4)


@pytest.mark.parametrize("successes", [0, 10])
def test_wilson_stays_within_zero_and_one(successes: int) -> None:
    interval = wilson(successes, 10)
    assert 0 <= interval.low < interval.high <= 1


def test_paired_counts_both_ways() -> None:
    first = np.array([True] * 90 + [False] * 10)
    second = first.copy()
    second[:6] = False
    second[95:97] = True
    result = paired(first, second)
    assert (result.lost, result.gained, result.drop) == (6, 2, pytest.approx(0.04))
    assert result.interval.low < result.drop < result.interval.high
    assert result.p_value == pytest.approx(0.2891, abs=1e-4)  # two-sided binomial, 2 of 8


def test_agreement_on_every_picture_still_has_an_interval() -> None:
    same = np.ones(100, bool)
    result = paired(same, same)
    assert result.p_value == 1
    assert result.interval.low < 0 < result.interval.high


@pytest.mark.parametrize(
    ("lost", "gained"), [(0, 0), (1, 0), (3, 3), (3, 4), (6, 2), (0, 6), (40, 80), (0, 2000)]
)
def test_mcnemar_is_the_exact_binomial_test(lost: int, gained: int) -> None:
    expected = binomtest(lost, lost + gained).pvalue if lost + gained else 1.0
    assert mcnemar(lost, gained) == mcnemar(gained, lost) == pytest.approx(expected, rel=1e-9)


def test_holm_steps_down_and_leaves_out_what_is_no_test() -> None:
    given = [0.01, 0.04, np.nan, 0.03, 0.005]
    np.testing.assert_allclose(holm(given), [0.03, 0.06, np.nan, 0.06, 0.02])
    assert holm([]).tolist() == []
    assert holm([0.9, 0.8]).max() == 1.0


def test_a_paired_bootstrap_knows_what_two_files_share() -> None:
    draw = np.random.default_rng(0)
    hard = draw.normal(0, 1, 500)  # how hard a picture is for both files
    first, second = hard + draw.normal(0, 0.01, 500), hard + 0.005 + draw.normal(0, 0.01, 500)
    together = bootstrap([first, second], _mean_difference)
    assert -0.008 < together.low < together.high < -0.002
    assert bootstrap([first, second], _mean_difference) == together


def _mean_difference(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return first.mean(-1) - second.mean(-1)
