"""Stored answers are put in order, and never made up."""

from __future__ import annotations

import numpy as np

from quant.learn.answers import alike, answers, best, families, missing, worth_a_look
from quant.recipe import Recipe
from quant.samples import Samples
from tests.pages.samples import measurement


def said(*classes: int) -> Samples:
    return Samples(np.array(classes), np.linspace(0.5, 0.9, len(classes)))


def test_a_family_differs_in_the_width_of_weights_alone() -> None:
    recipes = [Recipe(8, 8, "mse"), Recipe(4, 8, "mse"), Recipe(4, 6, "mse"), Recipe(2, 8, "gptq"),
               Recipe.fp32()]  # fmt: skip
    assert list(alike(recipes, recipes[0])) == [8, 4]
    first, *others = families(recipes)
    assert (first.method, first.activations) == ("mse", 8)
    assert len(others) == 2


def test_what_is_missing_is_of_the_same_family() -> None:
    lacking = missing({8: None, 4: None}, Recipe(8, 8, "mse", "mse"))
    assert [one.weights for one in lacking] == [7, 6, 5, 3, 2]
    assert {(one.method, one.ranges) for one in lacking} == {("mse", "mse")}


def test_the_best_of_each_width_has_the_least_loss() -> None:
    points = [
        measurement(Recipe(4, 8, "mse"), drop=0.01),
        measurement(Recipe(4, 8, "gptq"), drop=0),
        measurement(Recipe(4, 6, "gptq"), drop=-0.1),
    ]
    assert best(points)[4].recipe == Recipe(4, 8, "gptq")


def test_answers_come_widest_first_as_they_were_stored() -> None:
    stored = {2: said(1, 2), 32: said(0, 2), 8: said(0, 2)}
    found = answers(stored, 0)
    assert [(one.bits, one.predicted) for one in found] == [(32, 0), (8, 0), (2, 1)]
    assert found[0].confidence == 0.5
    assert answers(stored, 5) == ()


def test_right_answers_that_are_lost_come_first() -> None:
    stored = {32: said(0, 1, 2, 3), 4: said(0, 1, 5, 3), 2: said(0, 7, 6, 3)}
    assert worth_a_look(stored, np.array([0, 1, 2, 9])) == [2, 1, 0, 3]
    assert worth_a_look({}, None) == []
