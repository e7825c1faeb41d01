"""The 3-D view: the same points as the flat chart, and what stands out in it."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import pytest

from quant import pareto
from quant.axes import SPACE
from quant.budgets import Budgets
from quant.hover import space_summary
from quant.palette import ACCENT
from quant.recipe import Recipe
from quant.space import space
from tests.pages.samples import measurement, sweep, unmeasurable


def dots(figure: go.Figure) -> dict[str, Any]:
    """Trace by the id of each dot."""
    return {
        identity: trace
        for trace in figure.data
        if trace.customdata is not None
        for identity in trace.customdata
    }


def test_it_shows_the_same_points() -> None:
    points = sweep()
    assert set(dots(space(points))) == {point.id for point in points}
    assert unmeasurable(points[1]).id not in dots(space([unmeasurable(points[1])]))


def test_the_front_of_all_three_stands_out() -> None:
    points = sweep()
    bright = {name for name, trace in dots(space(points)).items() if trace.marker.opacity == 1}
    assert bright == {point.id for point in pareto.front(points, SPACE)} | {points[0].id}


def test_the_chosen_point_is_ringed() -> None:
    points = sweep()
    (ring,) = (trace for trace in space(points, chosen=points[4].id).data if trace.name == "chosen")
    assert ring.marker.color == ACCENT
    assert ring.x[0] == pytest.approx(points[4].size_bytes / 1e6)


def test_budgets_are_sheets() -> None:
    figure = space(sweep(), budgets=Budgets(size_bytes=1e6, latency_ms=0.3, drop=0.005))
    sheets = {trace.name: trace for trace in figure.data if trace.type == "mesh3d"}
    assert set(sheets) == {"budget: size", "budget: latency", "budget: accuracy"}
    assert set(sheets["budget: size"].x) == {1.0}


def test_models_are_told_apart_by_their_symbols() -> None:
    other = measurement(Recipe(8, 8), workload="imagenet-lite0", key="other")
    shown = dots(space([*sweep(), other]))
    assert shown[other.id].marker.symbol == "circle-open"
    assert shown[sweep()[8].id].marker.symbol == "circle"


@pytest.mark.parametrize("count", [0, 1, 2])
def test_few_points_are_drawn_too(count: int) -> None:
    assert len(dots(space(sweep()[:count]))) == count


def test_plotly_accepts_the_figure() -> None:
    figure = space(sweep(), budgets=Budgets(drop=0.005), chosen=sweep()[1].id, fresh=["x"])
    assert go.Figure(figure.to_dict()).data


def test_the_alternative_text_names_the_front() -> None:
    said = space_summary(sweep())
    assert "15 measured points of fashion-resnet" in said
    assert "w2a8·mse" in said
