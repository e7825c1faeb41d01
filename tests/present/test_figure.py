"""The figure of what is left, and its twins in words and rows."""

from __future__ import annotations

from math import nan

import plotly.graph_objects as go

from quant.budgets import Budgets
from quant.palette import ACCENT
from quant.present.answer import answer
from quant.present.asked import SIZE, SPEED
from quant.present.figure import drawable, figure, rows, twin
from tests.present.samples import HALF, asked, many, no_energy, one

LIMITS = Budgets(drop=0.005, size_bytes=1e6)


def drawn() -> tuple[list, str]:  # type: ignore[type-arg]
    points = many()
    best = answer(points, asked(LIMITS), no_energy).point
    assert best is not None
    return list(points.figures(range(len(points)))), best.id


def test_one_accent_and_one_neutral_colour() -> None:
    points, best = drawn()
    for matters in (SIZE, SPEED):
        made = go.Figure(figure(points, LIMITS, matters, best).to_dict())  # Plotly's own checks
        colours = {trace.marker.color for trace in made.data}
        assert ACCENT in colours
        assert len(colours) == 2
        assert "frames" not in made.to_dict() or not made.frames


def test_without_an_answer_nothing_has_the_accent() -> None:
    points, _ = drawn()
    made = figure(points, LIMITS, SIZE, "")
    assert ACCENT not in {trace["marker"]["color"] for trace in made.to_dict()["data"]}


def test_no_points_and_points_without_figures_draw_nothing() -> None:
    assert not figure([], HALF, SIZE, "").to_dict()["data"]
    assert drawable([one(drop=nan)], SIZE) == []
    assert twin([], HALF, "") == "No file has figures to draw."


def test_the_twins_say_the_same() -> None:
    points, best = drawn()
    words = twin(points, LIMITS, best)
    assert words.startswith("15 files by size and accuracy: ")
    assert "The answer is w5a8·mse: 0.868 MB" in words
    table = rows(points, LIMITS)
    assert len(table) == 15
    assert table[0]["file"] == "fp32"
    assert {row["within the limits"] for row in table} == {"yes", "no", "undecided"}
