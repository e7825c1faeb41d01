"""Calibration draws: several files of one recipe are one dot, with their spread beside it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from quant.draws import Spread, drawn, draws, is_first
from quant.grounds import select
from quant.pareto import Ground
from quant.points import Points
from quant.recipe import Recipe
from quant.records import Measurement
from quant.selection import Filters, Selection
from tests.pages.samples import XEON, measurement

ACCURACIES = {3: 0.93, 0: 0.92, 1: 0.95}


def three() -> list[Measurement]:
    return [
        measurement(Recipe(4, 8, "mse", seed=seed), accuracy=accuracy, sqnr_db=20.0 + seed)
        for seed, accuracy in ACCURACIES.items()
    ]


def selection(measured: list[Measurement]) -> Selection:
    return select(Points.of(measured), {}, Ground.of(measured[0]), Filters())


def test_a_recipe_is_drawn_with_seeds_that_follow_its_own() -> None:
    assert [one.seed for one in drawn([Recipe(8, seed=7)], 3)] == [7, 8, 9]
    both = [(one.weights, one.seed) for one in drawn([Recipe(8), Recipe(4)], 2)]
    assert both == [(8, 0), (4, 0), (8, 1), (4, 1)]  # calibrated once for all widths
    assert drawn([Recipe(8, 32)], 3) == (Recipe(8, 32),)  # no picture changes that file
    assert drawn([Recipe.fp32()], 10) == (Recipe.fp32(),)


def test_draws_are_one_dot_the_file_of_the_first_seed() -> None:
    measured = [measurement(Recipe.fp32()), *three(), measurement(Recipe(8, 8, "mse"))]
    shown = selection(measured)
    labels = {one.recipe.label for one in shown.points.figures(range(len(shown.points)))}
    assert labels == {"fp32", "w4a8·mse", "w8a8·mse"}
    (found,) = shown.draws.values()
    assert found.seeds == (0, 1, 3)
    assert list(shown.draws) == [measurement(Recipe(4, 8, "mse")).id]
    assert found.accuracies == (0.92, 0.95, 0.93)
    hidden = next(one for one in measured if one.recipe.seed == 1)
    assert shown.whole.index_of(hidden.id) is not None  # a link may still name it
    assert shown.measured([hidden.recipe]) == {hidden.recipe}


def test_their_spread_is_that_of_accuracy_and_of_the_logits() -> None:
    measured = three()
    (found,) = draws(Points.of(measured)).values()
    accuracy = found.accuracy
    assert accuracy is not None
    assert (accuracy.low, accuracy.high) == (0.92, 0.95)
    assert accuracy.mean == pytest.approx(0.9333, abs=1e-4)
    assert accuracy.sd == pytest.approx(0.01528, abs=1e-5)
    noise = found.sqnr_db({one.id: one for one in measured})
    assert noise is not None
    assert (noise.mean, noise.low, noise.high) == (pytest.approx(21.333, abs=1e-3), 20.0, 23.0)
    assert Spread.of([1.0, None]) is None


def test_what_was_measured_elsewhere_or_otherwise_is_no_draw() -> None:
    seeded = measurement(Recipe(4, 8, "mse", seed=1))
    others = [
        measurement(Recipe(4, 8, "mse", seed=0), machine=XEON),
        measurement(Recipe(4, 8, "mse", "mse", seed=0)),
        measurement(Recipe(4, 8, "mse", seed=0), workload="other"),
    ]
    points = Points.of([seeded, *others])
    assert is_first(points).all()
    assert draws(points) == {}


def test_of_a_seed_measured_twice_the_newest_counts() -> None:
    old, new = three()[1], replace(three()[1], key="again", measured_at="2026-09-01", accuracy=0.9)
    (found,) = draws(Points.of([new, old, three()[2]])).values()
    assert found.accuracies == (0.9, 0.95)
