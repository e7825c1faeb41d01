"""Words on how sure a comparison is, and the same figures as rows for programs."""

from __future__ import annotations

from dataclasses import replace
from math import inf, nan

import pytest

from quant import certainty, judged
from quant.beside import Beside, Compared
from quant.budgets import Budgets
from quant.draws import Draws, Spread
from quant.points import Points
from quant.power import detectable, more_pictures
from quant.recipe import Recipe
from quant.stats import counted
from tests.pages.samples import measurement

HALF = Budgets(drop=0.005)
UNSURE = measurement(drop=0.004, drop_low=0.003, drop_high=0.006, lost=60, gained=20)
BEST = Points.of([measurement(Recipe(5, 8, "mse"))]).figures([0])[0]


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        (12_345, "about 12,000 more pictures would tell"),
        (987, "about 990 more pictures would tell"),
        (7, "about 7 more pictures would tell"),
        (inf, "a million more pictures would not tell"),
    ],
)
def test_how_many_more_pictures_is_a_round_number(missing: float, said: str) -> None:
    assert certainty.would_tell(missing) == said


def test_only_an_undecided_loss_asks_for_pictures() -> None:
    expected = more_pictures(60, 20, UNSURE.n, 0.005)
    assert certainty.pictures_missing(UNSURE, HALF) == expected
    assert certainty.verdict(UNSURE, HALF) == f"undecided ({certainty.would_tell(expected)})"
    assert certainty.verdict(UNSURE, Budgets(drop=0.01)) == "met"
    assert certainty.verdict(UNSURE, Budgets(drop=0.001)) == "not met"
    assert certainty.verdict(replace(UNSURE, latency_ms=nan), Budgets(latency_ms=1)) == "undecided"
    assert certainty.verdict(UNSURE, Budgets(size_bytes=1, drop=0.005)) == "not met"


@pytest.mark.parametrize(
    ("share", "said"), [(0.00204, "0.21 pp"), (0.002, "0.20 pp"), (0.0312, "3.2 pp")]
)
def test_what_could_be_told_is_rounded_up(share: float, said: str) -> None:
    assert certainty.smallest(share) == said


def test_fp32_is_compared_with_nothing() -> None:
    assert certainty.detectable_drop(measurement(Recipe.fp32())) is None
    assert certainty.detectable_drop(UNSURE) == detectable(60, 20, UNSURE.n)


def compared(lost: int, gained: int, p_value: float) -> Compared:
    one = Beside(counted(lost, gained, 10_000), p_value, 0.0025)
    return Compared(BEST, {UNSURE.id: one}, {UNSURE.id: 0.2})


def test_a_point_beside_the_recommended_one() -> None:
    (one,) = compared(20, 15, 0.5).beside.values()
    words = certainty.beside(one, "w5a8·mse")
    assert words.startswith("not told apart from w5a8·mse: −0.1 pp (−0.2 to +0.1), 0.25 pp could")
    narrow = Beside(counted(2, 3, 10_000), 1.0, 0.0008)
    assert certainty.gain(narrow) == "+0.01 pp (−0.04 to +0.06)"
    assert certainty.family(compared(20, 15, 0.5)).endswith(
        "other one is not told apart from w5a8·mse."
    )
    assert certainty.family(compared(90, 15, 0.001)).endswith(
        "other one is told apart from w5a8·mse."
    )
    assert certainty.family(Compared()) == ""


def test_a_loss_is_told_apart_by_the_corrected_test_where_there_is_one() -> None:
    assert certainty.told_apart(UNSURE)
    assert not certainty.told_apart(UNSURE, compared(20, 15, 0.5))


def test_rows_hold_what_the_words_say() -> None:
    both = compared(90, 15, 0.001)
    draws = Draws((UNSURE.id, "b@m@r"), (0, 1), (0.9, 0.92))
    row = judged.row(UNSURE, HALF, both, draws, {UNSURE.id: UNSURE})
    assert row["verdict"] == "undecided"
    assert row["more_pictures"] == more_pictures(60, 20, UNSURE.n, 0.005)
    assert row["detectable_drop"] == certainty.detectable_drop(UNSURE)
    assert (row["budget_drop"], row["budget_latency_ms"]) == (0.005, None)
    assert (row["p_value_holm"], row["recommended"]) == (0.2, False)
    assert (row["beside_drop"], row["beside_told_apart"]) == (0.0075, True)
    assert (row["draws"], row["draws_accuracy_mean"]) == (2, pytest.approx(0.91))
    assert row["draws_sqnr_db_sd"] is None  # one of the two is not at hand
    alone = judged.row(UNSURE)
    assert set(alone) == set(row)
    assert alone["beside_told_apart"] is alone["recommended"] is alone["draws_accuracy_sd"] is None


def test_a_spread_is_said_beside_the_interval() -> None:
    found = Spread.of([0.93, 0.92, 0.95])
    assert found is not None
    assert certainty.spread(found) == "93.3 % ± 1.5 (92.0 – 95.0)"
    steady = Spread.of([20.01, 20.02])
    assert steady is not None
    assert certainty.spread(steady, unit="dB") == "20.02 dB ± 0.01 (20.01 – 20.02)"
