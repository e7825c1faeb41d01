"""Intervals and tests against scipy and by simulation."""

from __future__ import annotations

import numpy as np
import pytest

from quant.stats import bootstrap_median, paired, wilson


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


@pytest.mark.parametrize(("lost", "gained"), [(0.03, 0.01), (0.002, 0.002), (0.08, 0.05)])
def test_paired_interval_covers_at_its_rate(lost: float, gained: float) -> None:
    draw, covered, trials = np.random.default_rng(0), 0, 1500
    for _ in range(trials):
        kind = draw.choice(3, 1000, p=[lost, gained, 1 - lost - gained])
        result = paired(kind != 1, kind != 0)
        covered += result.interval.low <= lost - gained <= result.interval.high
    rare = lost < 0.01  # with so few disagreements the interval errs on the wide side
    assert 0.93 <= covered / trials <= (1 if rare else 0.975)


def test_bootstrap_holds_the_median_of_rounds() -> None:
    rounds = np.random.default_rng(0).normal(5, 0.5, (20, 8))
    interval = bootstrap_median(rounds)
    assert interval.low < np.median(rounds) < interval.high
