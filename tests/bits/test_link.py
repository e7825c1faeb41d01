"""Bits in links: what is written is read back, and nothing else is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from quant.bits import link, state
from quant.bits.bits import Bits
from quant.errors import RequestError
from quant.recipe import ACTIVATION_BITS, WEIGHT_BITS
from tests.bits.samples import network

WIDTHS = some.lists(some.sampled_from(WEIGHT_BITS), min_size=1, max_size=300)


@given(WIDTHS)
def test_widths_are_read_back(widths: list[int]) -> None:
    text = link.written(widths)
    assert link.read(text, len(widths), WEIGHT_BITS, "weights") == tuple(widths)


@given(some.sets(some.integers(0, 299)))
def test_places_are_read_back(places: set[int]) -> None:
    assert link.read_places(link.written_places(places), 300, "locked") == tuple(sorted(places))


def test_equal_neighbours_are_written_once() -> None:
    assert link.written((8, 4, 4, 4, 8)) == "8.4x3.8"
    assert link.written((4,) * 300) == "4"
    assert link.written_places((0, 1, 2, 9)) == "0-2.9"


@given(WIDTHS)
def test_a_link_holds_only_what_addresses_leave_as_it_is(widths: list[int]) -> None:
    assert set(link.written(widths)) <= set("0123456789.x")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("4x9", "the link gives weights to 9 layers and this network has 5"),
        ("4.4", "to 2 layers"),
        ("9", "weights of 9 bits, which is not one of 2, 3, 4"),
        ("4x-5", "'4x-5', which is not a number"),
        ("four", "'four', which is not a number"),
        ("4x99999999999", "which is not a number"),
        ("٤", "which is not a number"),
        ("4." * 20_000, "at most 20,000 are read"),
    ],
)
def test_what_is_no_widths_is_told(text: str, told: str) -> None:
    with pytest.raises(RequestError) as refused:
        link.read(text, 5, WEIGHT_BITS, "weights")
    assert told in str(refused.value)


@pytest.mark.parametrize("text", ["5", "3-1", "0-9", "a", "1.-"])
def test_what_is_no_places_is_told(text: str) -> None:
    with pytest.raises(RequestError):
        link.read_places(text, 5, "locked")


@pytest.mark.parametrize("count", [1, 3, 5, 50, 300])
def test_a_state_is_read_back_and_is_short(count: int) -> None:
    found = network(count)
    bits = Bits.uniform(found.layers, 4, 8)
    for at in range(0, count, 7):
        bits = bits.changed("weights", (at,), 2).changed("activations", (at,), 6)
    asked = state.State(bits, locked=(0,), picked=tuple(range(count)))
    codes = asked.written(found)
    assert state.read(found, codes) == (asked, "")
    assert sum(map(len, codes.values())) < 1000


def test_the_usual_state_needs_no_link() -> None:
    found = network(50)
    assert state.usual(found).written(found) == {}
    assert state.read(found, {}) == (state.usual(found), "")


def test_what_is_wrong_is_told_and_the_rest_holds() -> None:
    found = network(5)
    shown, wrong = state.read(found, {"w": "4x9", "a": "6", "lock": "0"})
    assert shown == replace(state.usual(found), bits=Bits.uniform(found.layers, 4, 6), locked=(0,))
    assert wrong.startswith("The link gives weights to 9 layers and this network has 4")


@given(some.text(max_size=60), some.text(max_size=60))
def test_no_text_breaks_reading(weights: str, places: str) -> None:
    found = network(5)
    shown, _ = state.read(found, {"w": weights, "pick": places})
    assert all(width in WEIGHT_BITS for width in shown.bits.weights if width)
    assert all(width in ACTIVATION_BITS for width in shown.bits.activations)
    assert shown.picked
