"""Intervals over process starts: what they hold in simulation."""

from __future__ import annotations

from math import log

import numpy as np
import pytest

from quant.measure.starts import FLOOR, estimate

TRUTH = 0.35
TRIALS = 4000


def measurements(between: float, within: float, starts: int, rounds: int = 4) -> np.ndarray:
    """(trials, starts, rounds) ratios: what a start decides, and noise from round to round."""
    draw = np.random.default_rng(5)
    own = draw.normal(0, between, (TRIALS, starts, 1))
    return TRUTH * np.exp(own + draw.normal(0, within, (TRIALS, starts, rounds)))


@pytest.mark.parametrize("starts", [3, 4, 5])
@pytest.mark.parametrize(("between", "within"), [(0.08, 0.02), (0.03, 0.08), (0.2, 0.2)])
def test_intervals_hold_the_truth_and_a_repeat_as_often_as_they_say(
    between: float, within: float, starts: int
) -> None:
    found = [estimate(one) for one in measurements(between, within, starts)]
    covered = np.mean([one.interval.low <= TRUTH <= one.interval.high for one in found])
    again = np.mean(
        [
            one.again.low <= other.middle <= one.again.high
            for one, other in zip(found[::2], found[1::2], strict=True)
        ]
    )
    assert 0.93 <= covered <= 0.97
    assert 0.88 <= again <= 0.92


def test_starts_that_agree_by_chance_are_not_believed() -> None:
    found = estimate([[1.0, 1.0]] * 4)
    assert found.middle == pytest.approx(1.0)
    assert found.again.high > 1 + FLOOR
    assert found.interval.low < 1 - FLOOR


def test_a_start_counts_with_the_median_of_its_rounds() -> None:
    assert estimate([[2.0, 2.0, 90.0], [2.0, 2.0, 2.0]]).middle == pytest.approx(2.0)


def test_the_middle_of_a_ratio_is_one_over_that_of_its_inverse() -> None:
    starts = [[0.2, 0.3], [0.4, 0.5], [0.3, 0.3]]
    upside_down = [[1 / value for value in rounds] for rounds in starts]
    # Medians of an even number of rounds are means, so only nearly.
    assert log(estimate(starts).middle) == pytest.approx(-log(estimate(upside_down).middle), 0.05)
