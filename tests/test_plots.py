"""The figure: what is drawn for whom, not how many pixels."""

from __future__ import annotations

from dataclasses import replace
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


def test_plotly_accepts_the_figure() -> None:
    points = sweep()
    figure = plots.front(points, budgets=Budgets(1e6, 0.3, 0.005), chosen=points[3].id)
    assert go.Figure(figure.to_dict()).data


def test_the_knee_has_its_own_symbol_and_says_so() -> None:
    points = sweep()
    figure = plots.front(points)
    (mark,) = (trace for trace in figure.data if trace.name == "the knee")
    at = next(point for point in points if point.recipe.label == "w5a8·mse")
    assert mark.x[0] == np.float32(at.size_bytes / 1e6)
    assert mark.marker.symbol not in [look.symbol for look in palette.METHODS.values()]
    assert any("at its knee" in text for text in dots(figure)[at.id].hovertext)


def test_the_loss_axis_has_its_good_end_on_top() -> None:
    figure = plots.front(sweep(), y="loss", budgets=Budgets(drop=0.005))
    first, last = figure.layout.yaxis.range
    assert first > last
    (area,) = (shape for shape in figure.layout.shapes if shape.type == "rect")
    assert area.y0 == pytest.approx(0.5)
    assert "w2a8<br>↓ 17" in texts(figure)


def test_the_baseline_has_a_line_at_its_height() -> None:
    dashed = [s for s in plots.front(sweep()).layout.shapes if s.line.dash == "dash"]
    assert [shape.y0 for shape in dashed] == [pytest.approx(94.12)]


OTHER = {"workload": "imagenet-lite0", "data": "val, 3,000 report pictures", "accuracy": 0.75}


def test_models_share_colours_and_differ_in_how_symbols_are_filled() -> None:
    own, other = measurement(Recipe(8, 8)), measurement(Recipe(8, 8), key="other", **OTHER)
    shown = dots(plots.front([own, other]))
    assert shown[own.id].marker.color == shown[other.id].marker.color
    assert shown[own.id].marker.symbol + "-open" == shown[other.id].marker.symbol
    assert "imagenet-lite0 · w8a8" in shown[other.id].hovertext[0]


def test_each_set_of_pictures_has_a_front_of_its_own() -> None:
    others = [
        measurement(point.recipe, key=f"other{at}", **OTHER) for at, point in enumerate(sweep())
    ]
    figure = plots.front([*sweep(), *others])
    assert len([trace for trace in figure.data if trace.mode == "lines"]) == 2
    assert figure.layout.yaxis.range[0] < 75
    # one accuracy budget does not fit two baselines
    twice = [replace(point, fp32_accuracy=0.75) for point in others]
    shapes = plots.front([*sweep(), *twice], budgets=Budgets(drop=0.005)).layout.shapes
    assert not [shape for shape in shapes if shape.type == "rect"]


def test_what_has_just_arrived_has_a_halo() -> None:
    points = sweep()
    figure = plots.front(points, fresh=[points[2].id])
    (halo,) = (trace for trace in figure.data if trace.name == "just measured")
    assert halo.x[0] == np.float32(points[2].size_bytes / 1e6)


def test_a_crowd_has_error_bars_on_the_front_only() -> None:
    points = [
        measurement(Recipe(8, 8, seed=seed), latency_ms=1 + seed, drop=seed / 1e4)
        for seed in range(plots.traces.CROWD + 1)
    ]
    shown = dots(plots.front(points, x="latency"))
    assert shown[points[0].id].error_y.visible
    assert not shown[points[9].id].error_y.visible


@pytest.mark.parametrize("count", [0, 1, 2])
def test_few_points_are_drawn_too(count: int) -> None:
    points = sweep()[:count]
    assert len(dots(plots.front(points))) == count
    assert summary(points)


def test_hover_has_units_and_intervals() -> None:
    said = hover(sweep()[1], on_front=True)
    assert "94.1 % (93.6 – 94.6)" in said
    assert "1.36 MB, 3.9× smaller" in said
    assert "2.5× faster (2.49 to 2.59), 0.244 ms" in said
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
