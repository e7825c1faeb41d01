"""Simulated: intervals cover at their rate, chance tells apart at its rate, power is as stated."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest

from quant.power import POWER, detectable, more_pictures, pictures_to_decide, power
from quant.stats import LEVEL, bootstrap, counted, holm, mcnemar, wilson

TRIALS = 20_000
Counts = np.ndarray  # (trials, 2): pictures lost and gained


def drawn(lost: float, gained: float, n: int, seed: int = 0) -> Counts:
    """What as many comparisons of the same two files on other pictures would count."""
    shares = [lost, gained, 1 - lost - gained]
    return np.random.default_rng(seed).multinomial(n, shares, TRIALS)[:, :2]


def share_of(found: Counts, holds: np.ndarray) -> float:
    """How often something holds of pairs of counts, each pair looked at once."""
    return float(holds[np.unique(found, axis=0, return_inverse=True)[1].ravel()].mean())


def of_each(found: Counts, ask: object) -> np.ndarray:
    return np.array([ask(int(a), int(b)) for a, b in np.unique(found, axis=0)])  # type: ignore[operator]


@pytest.mark.parametrize("share", [0.2, 0.5, 0.71, 0.94])
def test_intervals_of_an_accuracy_cover_at_their_rate(share: float) -> None:
    n = 1000
    right, times = np.unique(
        np.random.default_rng(0).binomial(n, share, TRIALS), return_counts=True
    )
    ends = [wilson(int(one), n) for one in right]
    covers = np.array([one.low <= share <= one.high for one in ends])
    assert 0.93 <= (covers * times).sum() / TRIALS <= 0.97


@pytest.mark.parametrize(("lost", "gained"), [(0.03, 0.01), (0.08, 0.05), (0.02, 0.02)])
def test_intervals_of_a_loss_cover_at_their_rate(lost: float, gained: float) -> None:
    found = drawn(lost, gained, 1000)
    ends = of_each(found, lambda a, b: _covers(a, b, 1000, lost - gained))
    assert 0.93 <= share_of(found, ends) <= 0.97


def test_with_few_disagreements_the_interval_errs_on_the_wide_side() -> None:
    found = drawn(0.002, 0.002, 1000)
    assert share_of(found, of_each(found, lambda a, b: _covers(a, b, 1000, 0.0))) >= 0.93


def _covers(lost: int, gained: int, n: int, truth: float) -> bool:
    interval = counted(lost, gained, n).interval
    return interval.low <= truth <= interval.high


@pytest.mark.parametrize("share", [0.001, 0.01, 0.05])
def test_equal_files_are_told_apart_at_most_at_the_level(share: float) -> None:
    found = drawn(share, share, 2000)
    assert share_of(found, of_each(found, lambda a, b: mcnemar(a, b) <= LEVEL)) <= LEVEL + 0.004


@pytest.mark.parametrize("equal", [20, 10])
def test_a_family_of_comparisons_errs_at_most_at_the_level(equal: int) -> None:
    """Twenty files beside one, of which some are no worse: they share its pictures, so their
    tests are not independent."""
    draw, n, trials, wrong = np.random.default_rng(1), 1000, 2000, 0
    for _ in range(trials):
        hard = draw.random(n)  # pictures on which the one file errs, the others err more easily
        one = hard < 0.1
        others = np.where(draw.random((20, n)) < 0.05, draw.random((20, n)) < 0.3, one)
        others[:equal] = np.where(
            draw.random((equal, n)) < 0.05, draw.random((equal, n)) < 0.1, one
        )
        lost, gained = (others & ~one).sum(1), (one & ~others).sum(1)
        p_values = [mcnemar(int(a), int(b)) for a, b in zip(lost, gained, strict=True)]
        wrong += bool((holm(p_values)[:equal] <= LEVEL).any())
    assert wrong / trials <= LEVEL + 0.01


@pytest.mark.parametrize("level", [LEVEL, LEVEL / 50])
@pytest.mark.parametrize("differ", [0, 6, 25, 38, 55, 100, 400])
def test_the_stated_power_is_the_simulated_one(differ: int, level: float) -> None:
    n = 2000
    least = detectable(differ, 0, n, level)
    every = max(differ / n, least)
    found = drawn((every + least) / 2, max(0.0, (every - least) / 2), n)
    seen = share_of(found, of_each(found, lambda a, b: mcnemar(a, b) <= level))
    assert abs(seen - POWER) <= 0.05
    assert abs(power(least, every, n, level) - POWER) <= 0.01


def test_what_can_be_told_grows_with_pictures_and_shrinks_with_noise() -> None:
    assert detectable(20, 20, 1000) > detectable(200, 200, 10_000)
    assert detectable(20, 20, 1000) < detectable(40, 40, 1000)
    assert detectable(20, 20, 1000) == detectable(40, 0, 1000)
    assert detectable(0, 0, 3) == 1.0  # three pictures can tell nothing


@pytest.mark.parametrize(
    ("lost", "gained", "limit"),
    [(0.01, 0.008, 0.005), (0.004, 0.001, 0.005), (0.03, 0.01, 0.01), (0.05, 0.03, 0.005)],
)
def test_as_many_pictures_as_stated_decide_a_budget(
    lost: float, gained: float, limit: float
) -> None:
    n = int(pictures_to_decide(lost, gained, limit))
    found = drawn(lost, gained, n)
    assert (
        abs(share_of(found, of_each(found, lambda a, b: _decides(a, b, n, limit))) - POWER) <= 0.05
    )


def _decides(lost: int, gained: int, n: int, limit: float) -> bool:
    interval = counted(lost, gained, n).interval
    return interval.low > limit or interval.high <= limit


def test_an_undecided_budget_needs_at_least_as_many_pictures_again() -> None:
    assert not _decides(60, 20, 10_000, 0.005)
    assert 10_000 < more_pictures(60, 20, 10_000, 0.005) < 100_000
    assert more_pictures(70, 20, 10_000, 0.005) == inf  # it lies at the limit
    assert more_pictures(0, 0, 200, 0.005) >= 1


@pytest.mark.parametrize("kind", ["confidence", "decibels"])
def test_paired_bootstrap_covers_at_its_rate(kind: str) -> None:
    draw, n, trials = np.random.default_rng(2), 300, 400
    statistic, make, truth = {
        "confidence": (_less, _confidences, 0.01),
        "decibels": (_decibels, _noises, 10 * np.log10(1.1)),
    }[kind]
    covered = 0
    for _ in range(trials):
        interval = bootstrap(make(draw, n), statistic, 400)
        covered += interval.low <= truth <= interval.high
    assert 0.925 <= covered / trials <= 0.975


def _less(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return first.mean(-1) - second.mean(-1)


def _confidences(draw: np.random.Generator, n: int) -> list[np.ndarray]:
    shared = draw.beta(5, 1, n)
    return [shared + draw.normal(0.01, 0.05, n), shared]


def _decibels(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return 10 * np.log10(first.sum(-1) / second.sum(-1))


def _noises(draw: np.random.Generator, n: int) -> list[np.ndarray]:
    shared = draw.lognormal(0, 0.5, n)
    return [1.1 * shared * draw.gamma(20, 1 / 20, n), shared * draw.gamma(20, 1 / 20, n)]
