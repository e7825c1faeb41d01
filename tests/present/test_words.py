"""Sentences from stored figures: also where a figure is missing, odd or undecided."""

from __future__ import annotations

from math import nan

import pytest

from quant.beside import Compared
from quant.budgets import Budgets
from quant.devices.table import device
from quant.draws import Draws
from quant.metric import AGREEMENT
from quant.point import Figures
from quant.points import Points
from quant.present.answer import Answer, answer
from quant.present.change import changes
from quant.present.considered import considered
from quant.present.named import named
from quant.present.words import facts, loss, sentence, verdict
from quant.recipe import Recipe
from tests.pages.samples import measurement
from tests.present.samples import FP32, HALF, asked, lossy, many, no_energy, one

W4 = Recipe(4, 8, "mse")


def found(*points: object, budgets: Budgets = HALF, **how: object) -> Answer:
    return answer(Points.of(points), asked(budgets, **how), no_energy)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("recipe", "words"),
    [
        (Recipe.fp32(), "The network as it came"),
        (Recipe(4, 8), "Four-bit weights"),
        (Recipe(4, 4), "Four-bit weights and activations"),
        (Recipe(8, 8), "Eight-bit weights and activations"),
        (Recipe(3, 6), "Three-bit weights with six-bit activations"),
        (Recipe(4, 32), "Four-bit weights, computed in float"),
        (Recipe(16, 32), "Sixteen-bit weights, computed in float"),
        (Recipe(32, 8), "Float weights with eight-bit activations"),
        (Recipe(4, 8, layers=(("stem", 8, 8),)), "Weights of 4 to 8 bits"),
        (Recipe(4, 8, layers=(("stem", 4, 6),)), "Four-bit weights, activations by layer"),
        (Recipe(32, 8, layers=(("stem", 32, 6),)), "Float weights, activations by layer"),
    ],
)
def test_a_recipe_has_a_name_that_needs_no_explanation(recipe: Recipe, words: str) -> None:
    assert named(recipe) == words


def test_the_recommendation_has_size_speed_and_what_pictures_can_detect() -> None:
    point = lossy(
        0.001, 0.002, W4, size_bytes=815_385, latency_ratio=1 / 3.4, latency_ratio_low=0.28,
        latency_ratio_high=0.31,
    )  # fmt: skip
    answered = found(FP32, point)
    assert sentence(answered, asked()) == (
        "Four-bit weights: 6.5× smaller, 3.4× faster, no loss that 10,000 pictures can detect "
        "(−0.1 pp, −0.3 to +0.1)."
    )
    assert verdict(answered, asked()) == "Yes"
    assert verdict(answered, asked(Budgets())) == ""


def test_a_gain_is_called_one() -> None:
    point = lossy(-0.004, 0.002, W4)
    assert loss(point) == "more accurate on 10,000 pictures (+0.4 pp, +0.2 to +0.6)"


def test_a_loss_is_called_one() -> None:
    assert loss(lossy(0.003, 0.001, W4)) == "a loss on 10,000 pictures (−0.3 pp, −0.4 to −0.2)"


def test_what_was_corrected_for_many_comparisons_is_not_called_a_loss() -> None:
    point = lossy(0.003, 0.0015, W4)
    many_at_once = Compared(None, {}, {point.id: 0.2})
    assert loss(point, many_at_once).startswith("no loss that 10,000 pictures can detect")


def test_slower_than_fp32_is_said() -> None:
    slow = one(W4, latency_ratio=1.3, latency_ratio_low=1.25, latency_ratio_high=1.35)
    assert "though 1.3× slower" in facts(slow)
    alike = one(W4, latency_ratio=1.0, latency_ratio_low=0.9, latency_ratio_high=1.1)
    assert "not told apart in speed" in facts(alike)


def test_larger_than_fp32_is_said() -> None:
    assert facts(one(W4, size_bytes=6_000_000)).startswith("1.1× larger")


def test_what_was_not_measured_is_said() -> None:
    point = one(
        W4, drop=nan, drop_low=nan, drop_high=nan, latency_ms=nan, latency_ratio=nan,
        latency_ratio_low=nan, latency_ratio_high=nan, size_bytes=nan,
    )  # fmt: skip
    words = facts(point)
    assert "its accuracy not measured" in words
    assert "nan" not in words
    assert "its size unknown" in words


def test_undecided_says_how_many_more_pictures_would_tell() -> None:
    point = lossy(0.004, 0.003, W4, lost=90, gained=50)
    budgets = Budgets(drop=0.005, size_bytes=1e6)
    answered = found(FP32, point, budgets=budgets)
    words = sentence(answered, asked(budgets))
    assert verdict(answered, asked(budgets)) == "Not decided"
    assert "Whether its loss is at most 0.5 pp and size at most 1.00 MB is not decided." in words
    assert "more pictures would" in words


def test_undecided_without_counts_still_says_that_pictures_decide() -> None:
    point = lossy(0.004, 0.003, W4, lost=nan, gained=nan)
    budgets = Budgets(drop=0.005, size_bytes=1e6)
    words = sentence(found(FP32, point, budgets=budgets), asked(budgets))
    assert words.endswith("More pictures would tell.")


def test_nothing_within_the_limits_says_what_would_be_without_one() -> None:
    budgets = Budgets(drop=0.005, size_bytes=1e5)
    answered = answer(many(), asked(budgets), no_energy)
    words = sentence(answered, asked(budgets))
    assert verdict(answered, asked(budgets)) == "No"
    assert words.startswith(
        "None of 15 measured has a loss of at most 0.5 pp and size at most 0.100 MB. "
        "Without the limit on size it would be five-bit weights: 0.868 MB, 6.1× smaller"
    )


def test_too_little_storage_is_the_devices_and_not_a_budget() -> None:
    question = asked(device=device("stm32h743"))
    large = measurement(Recipe(8, 8, "mse"), size_bytes=5_000_000)
    words = sentence(answer(Points.of([FP32, large]), question, no_energy), question)
    assert "With more storage than STM32H743 has it would be eight-bit weights" in words


def test_nothing_at_all_says_to_ease_a_limit() -> None:
    bad = lossy(0.2, 0.01, W4)
    budgets = Budgets(drop=0.001, size_bytes=1e5)
    words = sentence(found(bad, budgets=budgets), asked(budgets))
    assert words == (
        "The one file measured does not have a loss of at most 0.1 pp and size at most 0.100 MB. "
        "Ease a limit, or measure other widths."
    )


def test_a_single_point_is_the_answer() -> None:
    answered = found(lossy(0.001, 0.002, W4))
    assert sentence(answered, asked()).startswith("Four-bit weights: ")
    assert considered(Points.of([measurement(W4)]), answered, asked()) == ()


def test_no_points_say_so() -> None:
    assert sentence(found(), asked()) == "Nothing is measured yet."
    assert considered(Points.of(()), found(), asked()) == ()
    assert changes(Points.of(()), found(), asked(), no_energy) == ()


def test_fp32_alone_is_no_recommendation() -> None:
    answered = found(FP32)
    assert sentence(answered, asked()).startswith("Only the network as it came is measured so far")
    assert verdict(answered, asked()) == ""


def test_fp32_beside_files_that_lose_too_much_is_a_no() -> None:
    answered = found(FP32, lossy(0.2, 0.01, W4))
    assert sentence(answered, asked()) == (
        "Nothing quantised stays within the limits; only the network as it came does."
    )
    assert verdict(answered, asked()) == "No"


def test_fp32_beside_files_that_may_do_is_not_decided() -> None:
    answered = found(FP32, lossy(0.004, 0.003, W4, lost=90, gained=50))
    words = sentence(answered, asked())
    assert "Four-bit weights may: 7.5× smaller, −0.4 pp (−0.7 to −0.1) on 10,000 pictures." in words
    assert "more pictures would" in words
    assert verdict(answered, asked()) == "Not decided"


def test_without_labels_it_is_agreement_and_never_accuracy() -> None:
    point = lossy(0.018, 0.01, W4, accuracy=0.982, n=500, flips=9, metric=AGREEMENT)
    words = loss(point)
    assert words.startswith("the same answer as FP32 to 98.2 % of 500 pictures (")
    assert "no labels" in words
    assert "loss" not in words
    same = lossy(0.0, 0.001, W4, accuracy=1.0, n=500, flips=0, metric=AGREEMENT)
    assert loss(same) == "the same answer as FP32 to all 500 pictures"


def why(label: str, points: Points, answered: Answer, **how: object) -> str:
    listed = considered(points, answered, asked(**how))  # type: ignore[arg-type]
    return next(other.why_not for other in listed if other.point.recipe.label == label)


def test_what_else_was_considered_has_its_reason() -> None:
    points = many()
    answered = answer(points, asked(), no_energy)
    assert why("fp32", points, answered).startswith("It is 6.1× larger, and five-bit weights")
    assert why("w4a8·mse", points, answered).startswith("It may lose more than 0.5 pp: −0.4 pp")
    assert why("w2a8·mse", points, answered).startswith("It loses more than 0.5 pp: −17.3 pp")


def test_everything_considered_is_said_once() -> None:
    points = many()
    listed = considered(points, answer(points, asked(), no_energy), asked())
    assert len({other.point.id for other in listed}) == len(listed) >= 3


def test_a_size_limit_and_a_latency_limit_name_their_figures() -> None:
    points = many()
    budgets = Budgets(size_bytes=1e6, latency_ms=0.25, drop=0.005)
    listed = considered(points, answer(points, asked(budgets), no_energy), asked(budgets))
    fp32 = next(other for other in listed if other.point.recipe.is_fp32)
    assert fp32.why_not == (
        "It takes 5.30 MB, and the limit is 1.00 MB; it takes 0.620 ms here, and the limit is "
        "0.25 ms."
    )


def said(points: Points, **how: object) -> str:
    question = asked(**how)  # type: ignore[arg-type]
    return " ".join(changes(points, answer(points, question, no_energy), question, no_energy))


def test_what_would_change_the_answer() -> None:
    words = said(many())
    assert "It would be another with a loss limit below 0.29 pp." in words
    assert "Without the limit on loss it would be two-bit weights" in words
    assert "If accuracy mattered most, it would be seven-bit weights" in words
    assert "would be smaller, and whether it loses at most 0.5 pp is not decided" in words
    assert "Another machine: speed was measured on AMD EPYC 9R14, 2 cores with 2 threads" in words


def test_one_calibration_draw_is_said_and_several_are_told() -> None:
    assert "made with one draw of them" in said(many())
    points = many()
    answered = answer(points, asked(), no_energy)
    draws = Draws(("a", "b", "c"), (0, 1, 2), (0.93, 0.94, 0.935))
    words = " ".join(changes(points, answered, asked(), no_energy, draws))
    assert "over 3 calibration draws 93.5 % ± 0.5" in words
    assert "one draw" not in words


def test_weights_that_need_no_calibration_say_nothing_of_draws() -> None:
    plain = measurement(Recipe(8, 32, "mse"))
    assert "draw" not in said(Points.of([FP32, plain]))


def test_battery_in_other_priorities_is_called_modelled() -> None:
    points = [measurement(Recipe(bits, 8, "mse")) for bits in (8, 6)]
    energy = {points[0].id: 1.0, points[1].id: 2.0}

    def known(point: Figures) -> float | None:
        return energy.get(point.id)

    held = Points.of([FP32, *points])
    words = " ".join(changes(held, answer(held, asked(), known), asked(), known))
    assert "battery by the model, not measured" in words
