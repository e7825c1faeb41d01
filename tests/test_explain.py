"""Numbers and sentences, with the awkward cases."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import pytest

from quant import advice, explain
from quant.budgets import Budgets, Verdict, judge, recommend, verdict
from quant.errors import RequestError
from quant.recipe import Recipe
from quant.records import Measurement
from tests.pages.samples import measurement, sweep

HALF = Budgets(drop=0.005)


def lossy(drop: float, half: float = 0.001, weights: int = 4, **more: Any) -> Measurement:
    interval = {"drop": drop, "drop_low": drop - half, "drop_high": drop + half}
    return measurement(Recipe(weights, method="mse"), **interval, **more)


@pytest.mark.parametrize(
    ("size_bytes", "shown"),
    [
        (712_000, "0.712 MB"),
        (18_600_000, "18.6 MB"),
        (999_900, "1.00 MB"),
        (9_996_000, "10.0 MB"),
        (1_234_567_890, "1,230 MB"),
        (7_120, "0.00712 MB"),
        (0, "0 MB"),
        (nan, "—"),
    ],
)
def test_sizes_have_three_significant_digits(size_bytes: float, shown: str) -> None:
    assert explain.size(size_bytes) == shown


@pytest.mark.parametrize(
    ("numbers", "shown"),
    [
        ((0.24312, 0.242, 0.2445), "0.243 ms"),
        ((0.24312, 0.23, 0.26), "0.24 ms"),
        ((0.24312, 0.1, 0.5), "0.2 ms"),
        ((12.345, 12.1, 12.6), "12.3 ms"),
        ((123.45, 123, 124), "123 ms"),
        ((0.5,), "0.500 ms"),
        ((nan, 1, 2), "—"),
    ],
)
def test_latencies_have_no_digit_finer_than_the_interval(
    numbers: tuple[float, ...], shown: str
) -> None:
    assert explain.latency(*numbers) == shown


def test_a_latency_of_a_busy_machine_says_so() -> None:
    assert explain.unsteady(measurement()) == ""
    wide = measurement(latency_ms=6.0, latency_low_ms=1.665, latency_high_ms=13.741)
    assert "lies between 1.67 and 13.7 ms" in explain.unsteady(wide)
    assert explain.unsteady(measurement(notes=("the machine was busy in 3 attempts",)))
    assert explain.unsteady(measurement(latency_low_ms=nan, latency_high_ms=nan)) == ""


@pytest.mark.parametrize(
    ("drop", "half", "shown"),
    [
        (0.002, 0.003, "−0.2 pp (−0.5 to +0.1)"),
        (-0.003, 0.002, "+0.3 pp (+0.1 to +0.5)"),
        (0.0, 0.0, "0.0 pp (0.0 to 0.0)"),
        (0.0004, 0.002, "0.0 pp (−0.2 to +0.2)"),
        (0.0004, 0.0003, "−0.04 pp (−0.07 to −0.01)"),
        (nan, 0.001, "—"),
    ],
)
def test_differences_have_a_sign_and_an_interval(drop: float, half: float, shown: str) -> None:
    assert explain.change(lossy(drop, half)) == shown


@pytest.mark.parametrize(
    ("size_bytes", "shown"),
    [
        (5_300_000 / 7.4, "7.4× smaller"),
        (5_300_000 * 1.3, "1.3× larger"),
        (5_300_000, "same size"),
        (5_300_000 / 15.2, "15× smaller"),
        (5_300_000 / 1.04, "1.04× smaller"),
        (0, "—"),
    ],
)
def test_size_ratios(size_bytes: float, shown: str) -> None:
    assert explain.smaller(measurement(size_bytes=size_bytes)) == shown


def timed(median: float) -> Measurement:
    interval = {"latency_low_ms": median * 0.99, "latency_high_ms": median * 1.01}
    return lossy(0.001, latency_ms=median, **interval)


def test_slower_is_said_honestly() -> None:
    assert explain.faster(timed(0.62 / 2.6)) == "2.6× faster"
    assert explain.faster(timed(0.62 * 1.3)) == "1.3× slower"
    assert explain.faster(timed(0.615)) == "not told apart in speed"
    assert explain.faster(measurement(Recipe.fp32(), latency_ms=0.62)) == "same speed"
    found = recommend([timed(0.9)], HALF)
    assert "though 1.5× slower" in advice.why(found, HALF)


def test_not_told_apart_is_not_equal() -> None:
    words = "not told apart from FP32 on 10,000 pictures"
    assert explain.against_fp32(lossy(0.001, 0.002)) == words
    assert explain.against_fp32(lossy(0.001, 0.001)) == words  # the interval touches zero
    assert explain.against_fp32(lossy(0.004)).startswith("less accurate")
    assert explain.against_fp32(lossy(-0.004)).startswith("more accurate")
    assert explain.against_fp32(measurement(Recipe.fp32())) == "the baseline"


def test_accuracy_and_durations() -> None:
    shown = measurement(accuracy=0.939, accuracy_low=0.934, accuracy_high=0.943)
    assert explain.accuracy(shown) == "93.9 % (93.4 – 94.3)"
    times = {0.2: "about 1 s", 41: "about 40 s", 200: "about 3 min", 9000: "about 2.5 h"}
    assert [explain.duration(seconds) for seconds in times] == list(times.values())
    assert explain.duration(None) == explain.duration(inf) == "time unknown"
    assert "p < 0.001" in explain.p_value(measurement(p_value=1e-9))


@pytest.mark.parametrize(
    ("drop", "half", "expected"),
    [
        (0.003, 0.001, Verdict.MET),
        (0.004, 0.001, Verdict.MET),  # the interval ends at the budget
        (0.0045, 0.001, Verdict.UNDECIDED),
        (0.006, 0.001, Verdict.UNDECIDED),  # it begins at the budget
        (0.007, 0.001, Verdict.NOT_MET),
        (-0.01, 0.002, Verdict.MET),
        (nan, nan, Verdict.UNDECIDED),
    ],
)
def test_a_loss_budget_is_met_only_beyond_doubt(
    drop: float, half: float, expected: Verdict
) -> None:
    assert verdict(lossy(drop, half), Budgets(drop=0.005)) in (expected,)


def test_fp32_loses_nothing_by_definition() -> None:
    baseline = measurement(Recipe.fp32(), drop_low=-0.02, drop_high=0.02)
    assert verdict(baseline, Budgets(drop=0.0)) is Verdict.MET


def test_the_worst_budget_decides() -> None:
    point = lossy(0.003, size_bytes=2_000_000)
    limits = Budgets(size_bytes=1e6, latency_ms=1.0, drop=0.005)
    assert judge(point, limits) == {
        "size_bytes": Verdict.NOT_MET,
        "latency_ms": Verdict.MET,
        "drop": Verdict.MET,
    }
    assert verdict(point, limits) is Verdict.NOT_MET
    assert verdict(point, Budgets()) is Verdict.MET


@pytest.mark.parametrize("wrong", [nan, inf, -1.0, True])
def test_budgets_are_numbers_from_nothing_up(wrong: float) -> None:
    with pytest.raises(RequestError, match="budget"):
        Budgets(latency_ms=wrong)


def test_the_cheapest_that_meets_all_is_recommended() -> None:
    found = recommend(sweep(), HALF)
    assert found.point is not None
    assert found.point.recipe.label == "w5a8·mse"
    sentence = advice.why(found, HALF)
    assert sentence.startswith(
        "**w5a8·mse** is the smallest of 15 measured whose loss is at most 0.5 pp: 6.1× smaller"
    )
    assert "A smaller one, w4a8·mse, is undecided: on 10,000 pictures" in sentence


def test_latency_breaks_a_tie_in_size() -> None:
    slow, quick = lossy(0.001, latency_ms=0.3), lossy(0.001, weights=5, latency_ms=0.2)
    same = [slow, measurement(quick.recipe, size_bytes=slow.size_bytes, latency_ms=0.2)]
    found = recommend(same, Budgets()).point
    assert found is not None
    assert found.id == same[1].id


def test_nothing_measured() -> None:
    assert advice.why(recommend([], HALF), HALF) == "Nothing is measured yet."


def test_a_single_point() -> None:
    found = recommend([lossy(0.001)], HALF)
    assert "the only point measured so far, and it meets the budgets" in advice.why(found, HALF)


def test_only_fp32_meets_the_budgets() -> None:
    strict = Budgets(drop=0.0001)
    found = recommend(sweep(), strict)
    assert advice.why(found, strict).startswith("**fp32** is the only one of 15 measured whose")


def test_nothing_meets_the_budgets_and_what_would_help() -> None:
    limits = Budgets(size_bytes=500_000, drop=0.005)
    sentence = advice.why(recommend(sweep(), limits), limits)
    assert sentence.startswith("None of 15 measured has a loss of at most 0.5 pp and size at most")
    assert "Without the size budget it would be w5a8·mse: 0.868 MB" in sentence
    hopeless = Budgets(size_bytes=1.0, latency_ms=0.001)
    assert "Ease a budget" in advice.why(recommend(sweep(), hopeless), hopeless)


def test_all_undecided() -> None:
    unsure = [lossy(0.004, 0.004, n=200), lossy(0.003, 0.004, weights=6, n=200)]
    sentence = advice.why(recommend(unsure, HALF), HALF)
    assert sentence.startswith("No point is sure to stay within the budgets; 2 of 2 measured")
    assert " more pictures would tell." in sentence
    alone = advice.why(recommend(unsure[:1], HALF), HALF)
    assert "w4a8·mse may or may not: −0.4 pp (−0.8 to 0.0) on 200 pictures" in alone


def test_no_budget_is_said() -> None:
    sentence = advice.why(recommend(sweep(), Budgets()), Budgets())
    assert sentence.startswith("**w2a8·mse** is the smallest of 15 measured: ")


def test_what_another_point_is_to_the_budgets() -> None:
    assert advice.verdict_of(lossy(0.001), HALF) == "w4a8·mse meets the budgets."
    assert "is undecided on 10,000 pictures" in advice.verdict_of(lossy(0.005), HALF)
    missed = advice.verdict_of(lossy(0.02), HALF)
    assert missed == "w4a8·mse does not meet the loss of at most 0.5 pp."
    assert "no budget is set" in advice.verdict_of(lossy(0.02), Budgets())


@pytest.mark.parametrize(
    ("p", "said"),
    [
        (0.154, "about 15 of 100 such comparisons (McNemar's exact test, p = 0.154)"),
        (0.004, "about 4 of 1,000 such comparisons (McNemar's exact test, p = 0.004)"),
        (1e-9, "fewer than 1 of 1,000 such comparisons (McNemar's exact test, p < 0.001)"),
        (1.0, "about 100 of 100"),
    ],
)
def test_chance_is_said_in_words(p: float, said: str) -> None:
    assert said in explain.chance(measurement(p_value=p))
