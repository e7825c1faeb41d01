"""What is shown at once: filters, models side by side, and which of many points are drawn."""

from __future__ import annotations

import numpy as np
import pytest

from quant.budgets import Budgets, Verdict
from quant.grounds import grounds, select
from quant.pareto import Ground, fronts
from quant.points import Points
from quant.recipe import Recipe
from quant.records import Measurement
from quant.selection import Filters, Selection
from quant.spread import nearest, thinned
from tests.pages.samples import XEON, measurement, sweep

AXES = ("size", "accuracy")


def selection(measured: list[Measurement], filters: Filters | None = None) -> Selection:
    points = Points.of(measured)
    ground = Ground.of(measured[0])
    return select(points, {}, ground, filters or Filters())


def labels(points: tuple[object, ...]) -> list[str]:
    return [point.recipe.label for point in points]  # type: ignore[attr-defined]


def many(count: int = 400) -> list[Measurement]:
    """A front of 40 points and far more behind it, ever farther away."""
    found = [measurement(Recipe.fp32())]
    for number in range(count):
        rank, layer = number % 40, number // 40
        found.append(
            measurement(
                Recipe(8, calibration_images=1 + number),
                size_bytes=100_000 + 10_000 * rank + 3_000 * layer,
                accuracy=0.8 + 0.002 * rank - 0.003 * layer,
            )
        )
    return found


@pytest.mark.parametrize(
    ("filters", "bits"),
    [
        (Filters(), {"fp32", *(f"w{b}a8" for b in range(2, 9)), "w4a4", "w8a4"}),
        (Filters(weights=frozenset({2, 3})), {"fp32", "w2a8", "w3a8"}),
        (Filters(activations=frozenset({4})), {"fp32", "w4a4", "w8a4"}),
        (Filters(frozenset({"nearest"}), frozenset({4, 5})), {"fp32", "w4a8"}),
        (Filters(methods=frozenset({"magic"})), {"fp32"}),
    ],
)
def test_filters_let_through_what_they_name_and_the_baseline(
    filters: Filters, bits: set[str]
) -> None:
    points = selection(sweep(), filters).points
    assert {one.recipe.bits for one in points.figures(range(len(points)))} == bits


def test_a_filter_moves_the_recommendation_and_forgets_nothing_measured() -> None:
    shown = selection(sweep(), Filters(weights=frozenset({8, 7})))
    found = shown.recommendation(Budgets(drop=0.005)).point
    assert found is not None
    assert found.recipe.bits == "w7a8"
    assert shown.measured([Recipe(2, 8, "mse"), Recipe(2, 6)]) == {Recipe(2, 8, "mse")}


def test_the_front_is_drawn_with_the_baseline_and_what_is_named() -> None:
    shown = selection(sweep())
    named = [measurement(Recipe(3, 8)).id, "gone@elsewhere@onnxruntime"]
    drawn = shown.drawn(AXES, dominated=False, most=300, named=named)
    expected = {one.id for one in sweep() if one.recipe.is_fp32} | {named[0]}
    on_front = shown.points.figures(np.flatnonzero(shown.best(AXES)))
    assert {one.id for one in drawn.points} == expected | {one.id for one in on_front}
    assert len(labels(drawn.points)) == len(set(labels(drawn.points)))
    assert drawn.left_out == 0


def test_dominated_points_are_drawn_when_asked_the_nearest_first() -> None:
    shown = selection(many())
    everything = shown.drawn(AXES, dominated=True, most=1000)
    assert (len(everything.points), everything.left_out) == (401, 0)
    some = shown.drawn(AXES, dominated=True, most=120)
    assert (len(some.points), some.left_out) == (121, 280)
    ranks = {one.recipe.calibration_images - 1 for one in some.points if not one.recipe.is_fp32}
    assert set(range(40)) <= ranks
    assert max(ranks) < 160


def test_a_front_that_is_too_long_is_thinned_and_keeps_its_ends() -> None:
    shown = selection(many())
    drawn = shown.drawn(AXES, dominated=False, most=10)
    assert (len(drawn.points), drawn.left_out) == (11, 30)
    assert {1, 40} <= {one.recipe.calibration_images for one in drawn.points}


def test_a_table_lists_the_baseline_the_front_and_what_is_named() -> None:
    shown = selection(sweep())
    rows = shown.rows(300, Budgets(drop=0.005))
    assert len(rows.points) == 15
    assert rows.points[0].recipe.is_fp32
    best = {one.id for one in fronts(sweep())}
    flags = dict(zip([one.id for one in rows.points], rows.best, strict=True))
    assert {name for name, on_front in flags.items() if on_front} == best
    assert rows.verdicts[0] is Verdict.MET
    assert Verdict.NOT_MET in rows.verdicts
    beaten = next(one.id for one in sweep() if one.id not in best)
    short = shown.rows(5, Budgets(), [beaten])
    assert len(short.points) == 6
    assert beaten in {one.id for one in short.points}
    assert short.left_out == 9


def test_models_beside_are_those_of_the_same_machine() -> None:
    own = Points.of(sweep())
    old = measurement(workload="beside", key="a", data="old", measured_at="2020-01-01")
    new = measurement(workload="beside", key="b", data="new", measured_at="2026-01-01")
    away = measurement(workload="away", key="c", machine=XEON)
    others = {"beside": Points.of([old, new]), "away": Points.of([away])}
    shown = select(own, others, Ground.of(sweep()[0]), Filters())
    assert len(shown.points) == 16
    assert len(shown.own) == 15
    assert shown.absent == ("away",)
    assert shown.points.index_of(new.id) is not None
    assert shown.best()[shown.points.index_of(new.id)]  # on other pictures: a front of its own


def test_grounds_know_what_was_measured_last() -> None:
    late = measurement(machine=XEON, measured_at="2026-06-01T00:00:00+00:00")
    known = grounds(Points.of([*sweep(), late]))
    assert max(known, key=known.__getitem__) == Ground.of(late)
    assert len(known) == 2


def test_distances_without_a_front_or_without_a_number() -> None:
    costs = np.array([[0.0, 1.0], [1.0, 0.0], [5.0, 5.0], [2.0, 2.0], [np.nan, 1.0]])
    front = np.array([True, True, False, False, False])
    assert nearest(costs, front, ~front, 3).tolist() == [3, 2, 4]
    assert nearest(costs, front, ~front, 1).tolist() == [3]
    assert nearest(costs, front & False, ~front, 2).tolist() == [2, 3]
    assert thinned(costs, np.array([1, 0]), 2).tolist() == [1, 0]
