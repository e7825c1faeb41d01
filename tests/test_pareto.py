"""The front: dominance as an order, ties, numbers that are none, and grounds that never mix."""

from __future__ import annotations

from dataclasses import replace
from math import inf, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quant import pareto
from quant.dominance import dominates, non_dominated
from quant.errors import RequestError
from quant.points import Points
from quant.recipe import Recipe
from quant.records import Measurement
from tests.pages.samples import XEON, measurement, sweep

Costs = tuple[float, ...]
COST = st.integers(0, 3).map(float) | st.just(nan)
COSTS = st.tuples(COST, COST, COST)
NUMBERS = st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 3))
TABLES = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.tuples(*[COST | st.just(inf)] * width), min_size=1, max_size=40)
)


def point(accuracy: float, size: float, latency: float, weights: int = 8) -> Measurement:
    numbers = {"accuracy": accuracy, "size_bytes": size, "latency_ms": latency}
    return measurement(Recipe(weights), **numbers)


@given(COSTS)
def test_nothing_dominates_itself(one: Costs) -> None:
    assert not dominates(one, one)


@given(COSTS, COSTS)
def test_dominance_goes_one_way(one: Costs, other: Costs) -> None:
    assert not (dominates(one, other) and dominates(other, one))


@given(COSTS, COSTS, COSTS)
def test_dominance_is_transitive(a: Costs, b: Costs, c: Costs) -> None:
    if dominates(a, b) and dominates(b, c):
        assert dominates(a, c)


@given(TABLES)
def test_what_is_left_is_what_nothing_dominates(rows: list[Costs]) -> None:
    finite = [row for row in rows if all(map(np.isfinite, row))]
    expected = [row in finite and not any(dominates(one, row) for one in finite) for row in rows]
    assert non_dominated(np.array(rows, np.float64)).tolist() == expected


@pytest.mark.parametrize("objectives", [2, 3])
def test_thousands_of_rows_leave_the_same_as_a_handful(objectives: int) -> None:
    costs = np.random.default_rng(objectives).integers(0, 60, (3000, objectives)) / 10
    expected = [not ((costs <= row).all(1) & (costs < row).any(1)).any() for row in costs]
    assert non_dominated(costs).tolist() == expected


@given(st.lists(NUMBERS, max_size=12))
def test_front_is_what_nothing_dominates(numbers: list[tuple[int, int, int]]) -> None:
    points = [point(*map(float, three)) for three in numbers]
    costs = [tuple(cost) for cost in pareto.costs(Points.of(points)).tolist()]
    expected = [
        one
        for one, cost in zip(points, costs, strict=True)
        if not any(dominates(other, cost) for other in costs)
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


def test_models_on_the_same_pictures_share_a_front_and_others_keep_theirs() -> None:
    good, beaten = point(0.9, 1e6, 0.2), point(0.8, 2e6, 0.3)
    other = replace(beaten, workload="other", key="other")
    elsewhere = replace(beaten, workload="other", key="elsewhere", data="500 pictures")
    points = Points.of([good, other, elsewhere])
    assert pareto.best(points).tolist() == [True, False, True]
    assert pareto.best(points.take(np.array([1, 2]))).tolist() == [True, True]
