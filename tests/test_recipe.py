"""Recipes: equal files have equal names, and layers may have widths of their own."""

from __future__ import annotations

import json

import pytest

from models.workload import workload
from quant import auto
from quant.commands import recipe_file
from quant.errors import BitfrontError, InvalidRecipe
from quant.graph.layers import Layer
from quant.plan import Bits, plan
from quant.recipe import MIXED, Recipe


def layer(name: str) -> Layer:
    return Layer(name, name, "Conv", "w", "", "in", "out", (4, 4, 3, 3), 0, 1, 100)


def test_a_recipe_without_layers_keeps_its_name() -> None:
    assert Recipe().canonical == (
        '{"activations":8,"calibration_images":200,"method":"nearest","ranges":"minmax","seed":0,'
        '"version":1,"weights":8}'
    )
    assert Recipe(4, 8, "gptq", "mse").id == "af312e1a2b84f299"


def test_layers_are_in_one_order_and_those_at_the_usual_widths_are_left_out() -> None:
    one = Recipe(4, 8, layers=(("b", 2, 8), ("a", 8, 8), ("c", 4, 8)))
    other = Recipe(4, 8, layers=(("a", 8, 8), ("b", 2, 8)))
    assert one == other
    assert one.id == other.id != Recipe(4, 8).id
    assert Recipe(4, 8, layers=(("a", 4, 8),)) == Recipe(4, 8)


def test_a_mixed_recipe_goes_through_json() -> None:
    mixed = Recipe(4, 8, "gptq", layers=(("a", 2, 8), ("é", 8, 4)))
    assert Recipe.from_json(mixed.canonical) == mixed
    spelled = json.loads(mixed.canonical) | {"layers": {"é": [8, 4], "a": [2, 8]}}
    assert Recipe.from_json(json.dumps(spelled)) == mixed


def test_its_words_say_how_far_widths_reach() -> None:
    mixed = Recipe(4, 8, "gptq", layers=(("a", 2, 8), ("b", 8, 8)))
    assert mixed.bits == "w2-8a8"
    assert mixed.label == f"w2-8a8·gptq·mixed {mixed.id[:4]}"
    assert (mixed.common_weights, mixed.common_activations) == (MIXED, 8)
    assert (mixed.least_weights, mixed.most_weights) == (2, 8)


def test_what_cannot_change_the_file_looks_at_every_layer() -> None:
    narrow = Recipe(32, 32, "gptq", "mse", 100, layers=(("a", 4, 8),))
    assert (narrow.method, narrow.ranges, narrow.calibration_images) == ("gptq", "mse", 100)
    assert narrow.learns
    assert not narrow.is_fp32
    floats = Recipe(16, 32, "gptq", "mse", 100, layers=(("a", 32, 32),))
    assert (floats.method, floats.ranges, floats.calibration_images) == ("nearest", "minmax", 200)


@pytest.mark.parametrize(
    ("layers", "part"),
    [
        ((("a", 9, 8),), "weights of a must be one of"),
        ((("a", 4, 9),), "activations of a must be one of"),
        ((("a", True, 8),), "weights of a"),
        ((("a", 4, 8), ("a", 2, 8)), "named twice"),
        ((("", 4, 8),), "letters"),
        ((("a" * 501, 4, 8),), "letters"),
        ((("a", 4),), "must list"),
        ("abc", "must list"),
        (7, "must list"),
        ({"a": 4}, "must have"),
        ([["a", 4, 8]] * 10_001, "at most 10,000"),
    ],
)
def test_bad_layers_meet_a_sentence(layers: object, part: str) -> None:
    with pytest.raises(InvalidRecipe, match=part):
        Recipe(layers=layers)


def test_a_plan_gives_each_layer_its_own_widths() -> None:
    found = plan(Recipe(4, 8, layers=(("b", 2, 6),)), [layer("a"), layer("b")])
    assert found == {"a": Bits(4, 8), "b": Bits(2, 6)}


def test_an_unknown_layer_is_named_with_the_nearest_ones() -> None:
    with pytest.raises(InvalidRecipe, match=r"no layer 'stemm'.*there is stem"):
        plan(Recipe(layers=(("stemm", 2, 8),)), [layer("stem"), layer("head")])


def test_auto_goes_by_the_narrowest_layer() -> None:
    resnet = workload("fashion-resnet")
    mixed = Recipe(8, 8, layers=(("a", 2, 8),))
    assert auto.choose_for(resnet, mixed) == auto.choose(resnet, 2, 8)


def test_a_file_holds_one_recipe_or_several(tmp_path) -> None:
    resnet = workload("fashion-resnet")
    file = tmp_path / "recipe.json"
    mixed = Recipe(4, 8, layers=(("stem.0", 8, 8),))
    file.write_text(mixed.canonical)
    assert recipe_file.read(str(file), resnet, {}) == (mixed,)
    file.write_text(f"[{mixed.canonical}, {Recipe().canonical}, {mixed.canonical}]")
    assert recipe_file.read(str(file), resnet, {}) == (mixed, Recipe())
    file.write_text('{"weights": 8, "method": "auto", "layers": {"a": [2, 8]}}')
    assert recipe_file.read(str(file), resnet, {})[0].method == "brecq"


@pytest.mark.parametrize("text", ["", "{", "[]", "7", '["a"]', '{"weight": 8}', "[" * 100_000])
def test_a_file_of_something_else_meets_a_sentence(text: str, tmp_path) -> None:
    file = tmp_path / "recipe.json"
    file.write_text(text)
    with pytest.raises(BitfrontError):
        recipe_file.read(str(file), workload("fashion-resnet"), {})


def test_a_file_and_an_option_that_it_overrules_are_refused(tmp_path) -> None:
    with pytest.raises(BitfrontError, match="--recipe was given with --weights"):
        recipe_file.read("x.json", workload("fashion-resnet"), {"--weights": True})
    with pytest.raises(BitfrontError, match="there is no file"):
        recipe_file.read(str(tmp_path / "none.json"), workload("fashion-resnet"), {})
