"""Bits of layers as recipes, in groups, and step by step."""

from __future__ import annotations

from dataclasses import replace

import plotly.graph_objects as go
import pytest

from quant.bits import checked, columns, spread
from quant.bits.bits import NONE, Bits, recipe_of
from quant.bits.columns import Columns
from quant.bits.groups import groups
from quant.bits.state import State, usual
from quant.errors import InvalidRecipe
from quant.recipe import Recipe
from quant.sensitivity.histograms import Histogram
from tests.bits.samples import layers, network

FIVE = network(5)  # the fourth is a product of two activations


def test_equal_widths_are_a_plain_recipe() -> None:
    bits = Bits.uniform(FIVE.layers, 4, 8)
    assert recipe_of(bits, FIVE.layers, "gptq", "mse") == Recipe(4, 8, "gptq", "mse")


def test_a_recipe_gives_its_bits_back() -> None:
    bits = Bits.uniform(FIVE.layers, 4, 8).changed("weights", (0, 4), 8)
    bits = bits.changed("activations", (3,), 6)
    recipe = recipe_of(bits, FIVE.layers, "gptq", "mse")
    assert recipe.weights == 8 or recipe.weights == 4
    assert Bits.of(recipe, FIVE.layers) == bits
    assert Bits.of(Recipe.from_json(recipe.canonical), FIVE.layers) == bits


def test_products_have_no_weights_to_change() -> None:
    bits = Bits.uniform(FIVE.layers, 4, 8).changed("weights", range(5), 2)
    assert bits.weights == (2, 2, 2, NONE, 2)
    assert recipe_of(bits, FIVE.layers, "mse", "mse").layers == ()


def test_a_recipe_of_another_network_is_refused() -> None:
    with pytest.raises(InvalidRecipe, match="no layer 'elsewhere'"):
        Bits.of(Recipe(layers=(("elsewhere", 4, 8),)), FIVE.layers)


def test_steps_end_at_the_ends() -> None:
    state = State(Bits.uniform(FIVE.layers, 2, 8), picked=(0, 1, 3))
    assert state.stepped("weights", -1) == state
    wider = state.stepped("weights", 1)
    assert wider.bits.weights == (3, 3, 2, NONE, 2)
    assert wider.stepped("weights", -1) == state


def test_groups_are_blocks_kinds_and_ends_each_once() -> None:
    named = {group.name: group.places for group in groups(network(50))}
    assert next(iter(named)) == "All layers"
    assert named["First and last"] == (0, 49)
    assert named["Block blocks.0.0"] == (0, 1)
    assert len(named["Depthwise convolutions"]) == 24
    assert len(set(named.values())) == len(named)
    assert all(len(places) > 1 for name, places in named.items() if name != "All layers")


def test_a_single_layer_is_a_group_of_its_own() -> None:
    assert [group.places for group in groups(network(1))] == [(0,)]


@pytest.mark.parametrize("count", [1, 5, 50, 300])
@pytest.mark.parametrize("kind", ["weights", "activations"])
def test_there_is_a_column_for_each_layer(count: int, kind: str) -> None:
    found = network(count)
    state = usual(found)
    figure = columns.drawn(Columns(found), state.bits, kind, state.picked, (0,))
    assert go.Figure(figure.to_dict()).data  # with Plotly's own checks
    bars = figure.data[0]
    assert list(bars.customdata) == list(range(count))
    assert sum(bars.width) <= 1.0 + 1e-9
    assert min(bars.width) > 0


def test_the_columns_words_name_what_hurts_most() -> None:
    found = network(5)
    told = columns.summary(Columns(found), usual(found).bits, "weights")
    assert "Bits of the weights of 5 layers in network order: 4." in told
    assert "Most noise at these bits: blocks.0.1.spatial" in told


def test_more_bits_are_drawn_higher_and_calmer() -> None:
    known = Columns(FIVE)
    bits = usual(FIVE).bits
    few, many = (
        columns.drawn(known, bits.changed("weights", (0,), width), "weights").data[0]
        for width in (2, 8)
    )
    assert few.y[0] < many.y[0]
    assert few.marker.color[0] > many.marker.color[0]


def test_a_histogram_has_its_words_and_its_table() -> None:
    held = Histogram(-1.0, 1.0, (1, 2, 1), {4: (0, 4, 0)})
    assert len(go.Figure(spread.drawn(held, 4).to_dict()).data) == 2
    assert len(spread.drawn(held, 16).data) == 1
    assert spread.table(held, 4)["after 4 bits, %"] == [0.0, 100.0, 0.0]
    assert "from -1 to 1, and as 4 bits leave them" in spread.summary("a", "weights", held, 4)
    assert spread.clipped(FIVE.layers[0], "weights", 4) == "2.0 % are clipped at 4 bits"
    assert spread.clipped(FIVE.layers[0], "weights", 32) == ""


def test_names_are_no_markup_on_the_chart() -> None:
    known = layers(2)
    named = (replace(known[0], name="<a href='https://x.example'>stem</a>"), known[1])
    found = network(2, layers=named, scores=())
    figure = columns.drawn(Columns(found), usual(found).bits, "weights")
    assert "&lt;a href=" in figure.data[0].hovertext[0]


def test_points_without_noise_leave_an_empty_chart() -> None:
    assert checked.drawn(()).data[0].name == "as predicted"
