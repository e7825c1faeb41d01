"""The front: dominance as an order, ties, numbers that are none, and grounds that never mix."""

from __future__ import annotations

from dataclasses import replace
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quant import pareto
from quant.errors import RequestError
from quant.recipe import Recipe
from quant.records import Measurement
from tests.pages.samples import XEON, measurement, sweep

COSTS = st.tuples(*[st.integers(0, 3).map(float) | st.just(nan)] * 3)
NUMBERS = st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 3))


def point(accuracy: float, size: float, latency: float, weights: int = 8) -> Measurement:
    numbers = {"accuracy": accuracy, "size_bytes": size, "latency_ms": latency}
    return measurement(Recipe(weights), **numbers)


@given(COSTS)
def test_nothing_dominates_itself(one: pareto.Costs) -> None:
    assert not pareto.dominates(one, one)


@given(COSTS, COSTS)
def test_dominance_goes_one_way(one: pareto.Costs, other: pareto.Costs) -> None:
    assert not (pareto.dominates(one, other) and pareto.dominates(other, one))


@given(COSTS, COSTS, COSTS)
def test_dominance_is_transitive(a: pareto.Costs, b: pareto.Costs, c: pareto.Costs) -> None:
    if pareto.dominates(a, b) and pareto.dominates(b, c):
        assert pareto.dominates(a, c)


@given(st.lists(NUMBERS, max_size=12))
def test_front_is_what_nothing_dominates(numbers: list[tuple[int, int, int]]) -> None:
    points = [point(*map(float, three)) for three in numbers]
    costs = [pareto.costs(one) for one in points]
    expected = [
        one
        for one, cost in zip(points, costs, strict=True)
        if not any(pareto.dominates(other, cost) for other in costs if other and cost)
    ]
    assert pareto.front(points) == expected


def test_front_keeps_duplicate_points() -> None:
    twins = [point(0.9, 1e6, 0.2), point(0.9, 1e6, 0.2, weights=7)]
    assert pareto.front(twins) == twins


@pytest.mark.parametrize("absent", [nan, inf, -inf, None])
@pytest.mark.parametrize("field", ["accuracy", "size_bytes", "latency_ms"])
def test_what_is_no_number_never_enters_a_front(field: str, absent: float | None) -> None:
    good = point(0.9, 1e6, 0.2)
    broken = replace(measurement(Recipe(2)), **{field: absent})
    assert pareto.front([broken, good]) == [good]


def test_objectives_choose_what_counts() -> None:
    small, quick = point(0.9, 1e6, 0.3), point(0.9, 2e6, 0.2)
    assert pareto.front([small, quick], ("accuracy", "size")) == [small]
    assert pareto.front([small, quick], ("accuracy", "latency")) == [quick]
    assert pareto.front([small, quick]) == [small, quick]


@pytest.mark.parametrize("objectives", [(), ("speed",), ("size", "colour")])
def test_unknown_objectives_are_refused(objectives: tuple[str, ...]) -> None:
    with pytest.raises(RequestError, match="accuracy, size, latency"):
        pareto.front(sweep(), objectives)


@pytest.mark.parametrize(
    "elsewhere",
    [{"machine": XEON}, {"runtime": "openvino"}, {"workload": "other"}, {"data": "500 pictures"}],
)
def test_a_front_stands_on_one_ground(elsewhere: dict[str, object]) -> None:
    both = [measurement(), measurement(Recipe(3), **elsewhere)]
    with pytest.raises(RequestError, match="one machine and one runtime"):
        pareto.front(both)
    assert pareto.fronts(both) == both


def test_groups_keep_every_point_in_order() -> None:
    points = [measurement(Recipe(bits), machine=XEON) for bits in (8, 4)] + sweep()
    groups = pareto.grouped(points)
    assert [len(group) for group in groups.values()] == [2, len(sweep())]


def test_no_points_have_an_empty_front() -> None:
    assert pareto.front([]) == []
