"""Which file is the answer, by what matters most."""

from __future__ import annotations

from dataclasses import replace

import pytest

from quant.budgets import Budgets
from quant.devices.table import device
from quant.errors import RequestError
from quant.points import Points
from quant.present.answer import Status, answer, without
from quant.present.asked import ACCURACY, BATTERY, SIZE, SPEED, Asked
from quant.recipe import Recipe
from tests.pages.samples import measurement
from tests.present.samples import FP32, HALF, asked, many, no_energy


def label(points: Points, **how: object) -> str:
    found = answer(points, asked(**how), no_energy)  # type: ignore[arg-type]
    return found.point.recipe.label if found.point else found.status.value


def test_size_wants_the_smallest_that_is_sure_to_stay_within_the_loss() -> None:
    assert label(many()) == "w5a8·mse"  # w4a8 may lose more than half a point


def test_accuracy_wants_what_loses_least_for_sure_and_not_the_lucky_draw() -> None:
    sure = measurement(Recipe(8, 8, "mse"), drop=0.0001, drop_low=-0.0002, drop_high=0.0004)
    lucky = measurement(Recipe(6, 8, "mse"), drop=-0.0010, drop_low=-0.0060, drop_high=0.0040)
    assert label(Points.of([FP32, sure, lucky]), matters=ACCURACY) == "w8a8·mse"


def test_speed_wants_the_least_share_of_fp32s_time() -> None:
    quick = measurement(Recipe(8, 8, "mse"), latency_ratio=0.30)
    slow = measurement(Recipe(6, 8, "mse"), latency_ratio=0.60)
    assert label(Points.of([FP32, quick, slow]), matters=SPEED) == "w8a8·mse"
    assert label(Points.of([FP32, quick, slow]), matters=SIZE) == "w6a8·mse"


def test_speed_without_a_ratio_goes_by_the_two_latencies() -> None:
    old = [
        replace(one, latency_ratio=None, latency_ratio_low=None, latency_ratio_high=None)
        for one in (
            measurement(Recipe(8, 8, "mse"), latency_ms=0.2),
            measurement(Recipe(6, 8, "mse"), latency_ms=0.4),
        )
    ]
    assert label(Points.of([FP32, *old]), matters=SPEED) == "w8a8·mse"


def test_a_fiftieth_of_the_size_does_not_decide_against_speed() -> None:
    slow = measurement(Recipe(8, 32, "mse"), size_bytes=1_000_000, latency_ratio=1.0, drop=0.0)
    quick = measurement(Recipe(8, 8, "mse"), size_bytes=1_015_000, latency_ratio=0.4)
    large = measurement(Recipe(6, 8, "mse"), size_bytes=1_030_000, latency_ratio=0.2)
    assert label(Points.of([FP32, slow, quick, large])) == "w8a8·mse"


def test_battery_wants_the_least_modelled_energy_and_the_smaller_of_equals() -> None:
    points = [measurement(Recipe(bits, 8, "mse")) for bits in (8, 6)]
    energy = {points[0].id: 1.0, points[1].id: 2.0}
    found = answer(
        Points.of([FP32, *points]), asked(matters=BATTERY), lambda one: energy.get(one.id)
    )
    assert found.point is not None
    assert found.point.recipe.weights == 8
    assert label(Points.of([FP32, *points]), matters=BATTERY) == "w6a8·mse"


def test_fp32_is_the_answer_only_where_nothing_quantised_is() -> None:
    bad = measurement(Recipe(2, 8, "mse"), drop=0.2, drop_low=0.19, drop_high=0.21)
    assert label(Points.of([FP32, bad])) == "fp32"
    assert label(Points.of([FP32, measurement(Recipe(8, 8, "mse"))])) == "w8a8·mse"


def test_nothing_sure_is_undecided_and_nothing_at_all_is_none() -> None:
    may = measurement(Recipe(4, 8, "mse"), drop=0.004, drop_low=0.001, drop_high=0.007)
    tight = Budgets(drop=0.005, size_bytes=1e6)
    assert answer(Points.of([FP32, may]), asked(tight), no_energy).status is Status.UNDECIDED
    none = answer(Points.of([FP32, may]), asked(Budgets(size_bytes=1e3)), no_energy)
    assert (none.status, none.point) == (Status.NONE, None)
    assert answer(Points.of(()), asked(), no_energy).status is Status.EMPTY


def test_a_device_limits_size_by_its_storage() -> None:
    board = device("stm32h743")  # 2 MB
    assert asked(device=board).limits.size_bytes == 2e6
    assert asked(Budgets(size_bytes=1e6), device=board).limits.size_bytes == 1e6
    assert asked(device=device("raspberry-pi-5")).limits == HALF
    assert label(many(), device=board) == "w5a8·mse"


def test_a_limit_lifted_by_itself_may_help() -> None:
    question = asked(Budgets(drop=0.005, size_bytes=1e5))
    points = many()
    assert answer(points, question, no_energy).status is Status.NONE
    helped = without(points, question, "size_bytes", no_energy)
    assert helped is not None
    assert helped.recipe.label == "w5a8·mse"
    assert without(points, question, "drop", no_energy) is None


def test_other_priorities_are_answered_along() -> None:
    found = answer(many(), asked(), no_energy)
    assert set(found.others) == {ACCURACY, SPEED, BATTERY}
    assert found.others[ACCURACY].recipe.weights == 7  # as sure as eight, and smaller


def test_an_unknown_priority_is_a_sentence() -> None:
    with pytest.raises(RequestError, match="what matters most is one of accuracy, size"):
        Asked(HALF, "fame")
