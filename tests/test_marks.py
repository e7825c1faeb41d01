"""PyTorch's latencies on the chart: lines along the axis of latency, and never points."""

from __future__ import annotations

import plotly.graph_objects as go
import pytest

from quant import plots
from quant.axes import AXES
from quant.marks import Mark, told
from quant.recipe import Recipe
from tests.pages.samples import measurement

POINTS = [measurement(Recipe.fp32(), latency_ms=1.0), measurement(Recipe(8, 8), latency_ms=0.5)]
MARKS = (Mark("PyTorch compiled, float32", 0.7), Mark("PyTorch eager, float32", 90.0))


def drawn(x: str, y: str) -> go.Figure:
    figure = plots.front(POINTS, x=x, y=y, marks=MARKS)
    go.Figure(figure.to_dict())  # with Plotly's own checks
    return figure


@pytest.mark.parametrize(
    ("x", "y", "axis"), [("latency", "accuracy", "x"), ("size", "latency", "y")]
)
def test_a_line_lies_at_a_latency_that_is_visible(x: str, y: str, axis: str) -> None:
    figure = drawn(x, y)
    lines = [one for one in figure.layout.shapes if one[f"{axis}0"] == 0.7]
    assert len(lines) == 1
    assert not any(one[f"{axis}0"] == 90.0 for one in figure.layout.shapes)
    near, far = figure.layout.annotations
    assert near.text == "PyTorch compiled, float32 0.7 ms"
    assert far.text.endswith("PyTorch eager, float32 90 ms")
    assert far[axis] == 1.0


def test_other_axes_have_no_marks() -> None:
    assert not drawn("size", "accuracy").layout.annotations
    assert told([AXES["size"], AXES["accuracy"]], MARKS) == ""
    assert "no file: PyTorch compiled" in told([AXES["latency"], AXES["accuracy"]], MARKS)


def test_marks_change_no_point() -> None:
    bare = plots.front(POINTS, x="latency")
    assert str(bare.data) == str(drawn("latency", "accuracy").data)
