"""Points as columns say what the measurements say."""

from __future__ import annotations

from dataclasses import fields, replace
from math import isnan, nan

import numpy as np
import pytest

from quant.point import Figures, token
from quant.points import Points
from quant.recipe import Recipe
from tests.pages.samples import XEON, measurement, sweep


def test_figures_are_those_of_the_measurement() -> None:
    measured = sweep()
    for one, figures in zip(measured, Points.of(measured).figures(range(15)), strict=True):
        assert figures.id == one.id
        assert figures.machine_id == one.machine.id
        assert figures.machine_label == one.machine.label
        shared = {field.name for field in fields(Figures)} - {"machine_id", "machine_label"}
        assert all(getattr(figures, name) == getattr(one, name) for name in shared)


def test_columns_can_be_made_of_figures_again() -> None:
    points = Points.of(sweep())
    again = Points.of(points.figures(range(len(points))))
    assert again.figures(range(15)) == points.figures(range(15))


def test_what_was_not_measured_is_nan() -> None:
    (figures,) = Points.of([replace(measurement(), accuracy=None, size_bytes=nan)]).figures([0])
    assert isnan(figures.accuracy)
    assert isnan(figures.size_bytes)


def test_rows_are_taken_by_mask_and_by_index() -> None:
    points = Points.of(sweep())
    assert points.is_fp32.tolist() == [True, *[False] * 14]
    assert [one.recipe for one in points.take(points.is_fp32).figures([0])] == [Recipe.fp32()]
    assert points.take(np.array([3, 1])).marks.tolist() == points.marks[[3, 1]].tolist()
    assert points.take(points.n > 0) is points
    assert len(points.take(points.n < 0)) == 0


def test_joined_columns_keep_every_place() -> None:
    here, there = sweep()[:3], [measurement(machine=XEON), measurement(workload="other")]
    both = Points.joined([Points.of(here), Points.of(()), Points.of(there)])
    assert [one.id for one in both.figures(range(5))] == [one.id for one in (*here, *there)]
    assert [one.workload for one in both.figures([3, 4])] == ["fashion-resnet", "other"]
    assert len(Points.joined([Points.of(())])) == 0


def test_a_point_is_found_by_its_id_and_by_its_token() -> None:
    measured = [*sweep(), measurement(machine=XEON)]
    points = Points.of(measured)
    for index, one in enumerate(measured):
        assert points.index_of(one.id) == points.index_of(token(one.id)) == index
    assert len(token(measured[0].id)) == 12


@pytest.mark.parametrize("name", ["", "@", "a@b@c", "0" * 12, "not a token", "٣" * 12, "+" * 12])
def test_a_name_of_nothing_finds_nothing(name: str) -> None:
    assert Points.of(sweep()).index_of(name) is None
