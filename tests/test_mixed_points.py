"""Points whose layers differ in width, on charts, in filters and for programs."""

from __future__ import annotations

from quant.point import dot_name, weight_bits
from quant.points import Points
from quant.recipe import MIXED, Recipe
from quant.selection import Filters
from tests.pages.samples import measurement

OWN = (("a", 2, 8), ("b", 8, 8))


def test_beside_a_dot_stands_what_its_weights_take_on_the_mean() -> None:
    mixed = measurement(Recipe(4, 8, "gptq", layers=OWN), effective_weight_bits=3.16)
    uniform = measurement(Recipe(4, 8))
    assert dot_name(mixed) == "mixed 3.2"
    assert weight_bits(mixed) == 3.16
    assert (dot_name(uniform), weight_bits(uniform)) == ("w4a8", 4.0)


def test_columns_agree_with_points() -> None:
    recipes = (
        Recipe(4, 8, layers=OWN),
        Recipe(4, 8),
        Recipe.fp32(),
        Recipe(32, 32, layers=(("a", 4, 8),)),
    )
    every = [measurement(recipe) for recipe in recipes]
    points = Points.of(every)
    assert points.weights.tolist() == [MIXED, 4, 32, MIXED]
    assert points.is_fp32.tolist() == [False, False, True, False]
    assert points.weight_bits.tolist() == [weight_bits(one) for one in every]


def test_a_filter_by_width_leaves_mixed_points_out() -> None:
    points = Points.of([measurement(Recipe(4, 8, layers=OWN)), measurement(Recipe(4, 8))])
    assert Filters(weights=frozenset({4})).mask(points).tolist() == [False, True]
    assert Filters(activations=frozenset({8})).mask(points).tolist() == [True, True]


def test_programs_are_told_the_widths_of_layers() -> None:
    row = measurement(Recipe(4, 8, layers=OWN)).to_row()
    assert (row["weights_bits"], row["activation_bits"]) == (None, 8)
    assert row["layers"] == {"a": [2, 8], "b": [8, 8]}
    assert measurement(Recipe(4, 8)).to_row()["layers"] == {}


def test_a_mixed_point_goes_through_the_store_unchanged() -> None:
    mixed = measurement(Recipe(4, 8, layers=OWN))
    assert type(mixed).from_dict(mixed.to_dict()) == mixed
