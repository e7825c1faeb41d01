"""The figure: what is drawn for whom, not how many pixels."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quant import labels, palette, plots
from quant.axes import AXES, X_AXES, Y_AXES
from quant.budgets import Budgets
from quant.hover import hover, summary
from quant.recipe import Recipe
from quant.spans import Span, span, ticks
from tests.pages.samples import measurement, sweep, unmeasurable


def dots(figure: go.Figure) -> dict[str, Any]:
    """Trace by the id of each dot."""
    return {
        identity: trace
        for trace in figure.data
        if trace.customdata is not None
        for identity in trace.customdata
    }


def texts(figure: go.Figure) -> list[str]:
    return [text for trace in figure.data for text in (trace.text or ())]


@pytest.mark.parametrize("x", X_AXES)
@pytest.mark.parametrize("y", Y_AXES)
def test_every_pair_of_axes_draws_every_point(x: str, y: str) -> None:
    points = sweep()
    figure = plots.front(points, x=x, y=y, budgets=Budgets(1e6, 0.3, 0.005), chosen=points[3].id)
    assert set(dots(figure)) == {point.id for point in points}
    assert all(trace.x.dtype == np.float32 for trace in dots(figure).values())


def test_dominated_and_excluded_points_are_dim() -> None:
    points = sweep()
    shown = dots(plots.front(points, budgets=Budgets(drop=0.005)))
    dim = {point.recipe.label for point in points if shown[point.id].marker.opacity < 1}
    assert {"w8a8·nearest", "w3a8·mse", "w8a4·mse·mse ranges"} <= dim
    assert not dim & {"fp32", "w8a8·mse", "w5a8·mse", "w4a8·mse"}  # undecided is not excluded


def test_the_baseline_is_never_dim() -> None:
    points = [measurement(Recipe.fp32()), measurement(Recipe(8), drop=0.0)]
    shown = dots(plots.front(points, budgets=Budgets(size_bytes=1.0)))
    assert shown[points[0].id].marker.opacity == 1.0
    assert shown[points[1].id].marker.opacity < 1.0


def test_a_selected_dot_dims_no_other() -> None:
    for trace in dots(plots.front(sweep())).values():
        assert trace.unselected.marker.opacity == trace.marker.opacity


def test_the_chosen_point_has_the_accent_colour() -> None:
    points = sweep()
    figure = plots.front(points, chosen=points[4].id)
    rings = [trace for trace in figure.data if trace.name == "chosen"]
    assert len(rings) == 1
    assert rings[0].marker.color == palette.ACCENT
    assert rings[0].x[0] == np.float32(points[4].size_bytes / 1e6)
    assert f"<b>{points[4].recipe.bits}</b>" in texts(figure)


def test_each_method_has_its_colour_and_its_symbol() -> None:
    looks = [palette.FP32, palette.HALF, *palette.METHODS.values()]
    assert all(a.colour != b.colour and a.symbol != b.symbol for a, b in combinations(looks, 2))
    assert palette.mark(measurement(Recipe.fp32())) == palette.FP32
    assert palette.mark(measurement(Recipe(16, 8))) == palette.HALF


def test_a_budget_shades_what_it_excludes() -> None:
    figure = plots.front(sweep(), budgets=Budgets(size_bytes=1e6, drop=0.005))
    upright, flat = (shape for shape in figure.layout.shapes if shape.type == "rect")
    assert upright.x0 == pytest.approx(1.0)
    assert flat.y1 == pytest.approx((0.9412 - 0.005) * 100)
    unseen = plots.front(sweep(), budgets=Budgets(size_bytes=1e12)).layout.shapes
    assert not [shape for shape in unseen if shape.type == "rect"]


def test_points_far_below_sit_on_the_floor_and_say_so() -> None:
    points = sweep()
    figure = plots.front(points)
    assert "w2a8<br>↓ 77" in texts(figure)
    lowest = min(float(value) for trace in dots(figure).values() for value in trace.y)
    assert figure.layout.yaxis.range[0] < lowest


def test_what_is_no_number_is_not_drawn() -> None:
    broken = unmeasurable(measurement(Recipe(5)))
    assert broken.id not in dots(plots.front([*sweep(), broken]))
    assert plots.front([broken]).data is not None


@pytest.mark.parametrize("count", [0, 1, 2])
def test_few_points_are_drawn_too(count: int) -> None:
    points = sweep()[:count]
    assert len(dots(plots.front(points))) == count
    assert summary(points)


def test_hover_has_units_and_intervals() -> None:
    said = hover(sweep()[1], on_front=True)
    assert "94.1 % (93.6 – 94.6)" in said
    assert "1.36 MB, 3.9× smaller" in said
    assert "0.244 ms, 2.5× faster" in said
    assert "on the front" in said


def test_the_alternative_text_names_the_front() -> None:
    said = summary(sweep())
    assert said.startswith("Accuracy against size of 15 measured points of fashion-resnet.")
    assert "w2a8·mse, w3a8·mse, w4a8·mse" in said


@given(st.floats(0.001, 1e4), st.floats(1.3, 1e4))
def test_ticks_lie_inside_and_are_enough(low: float, ratio: float) -> None:
    visible = Span(low, low * ratio, log=True)
    found = ticks(visible)
    assert found
    assert all(visible.low <= value <= visible.high for value in found)


def test_a_span_has_room_around_its_points() -> None:
    points = sweep()
    visible = span(AXES["size"], points)
    assert visible.low < min(point.size_bytes for point in points) / 1e6
    assert visible.high > max(point.size_bytes for point in points) / 1e6


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), max_size=20))
def test_names_never_cover_each_other(spots: list[tuple[float, float]]) -> None:
    places = labels.place(spots, ["w4a8"] * len(spots))
    boxes = [
        labels._around(x * labels.WIDTH, y * labels.HEIGHT, ["w4a8"])[place]
        for (x, y), place in zip(spots, places, strict=True)
        if place
    ]
    assert not any(a.meets(b) for a, b in combinations(boxes, 2))
