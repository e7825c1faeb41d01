"""The charts of a report: those of the pages, drawn by the same functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from quant import hover, metric, plots
from quant.breakdown import chart as breakdown
from quant.present import figure as left
from quant.present.answer import Status
from quant.report.report import Report

DRAWN, LEFT_DRAWN = 300, 80  # points, as on Explore and on Present
FRONTS = {"size": "Accuracy against size", "latency": "Accuracy against latency"}


@dataclass(frozen=True, slots=True)
class Chart:
    """`figure` is Plotly's, as a dictionary; `alt` says the same in words."""

    name: str
    title: str
    alt: str
    figure: dict[str, Any]


def charts(report: Report) -> dict[str, Chart]:
    """All of them, by name: the answer, two fronts, and where time goes if that is known."""
    drawn = [_answer(report), *(_front(report, across) for across in FRONTS)]
    told = report.explained
    if told is not None:
        drawn.append(
            Chart(
                "time",
                f"Time by layer of {told.breakdown.recipe.label}",
                breakdown.summary(told.breakdown),
                breakdown.bars(told.breakdown).to_dict(),
            )
        )
    return {one.name: one for one in drawn}


def _answer(report: Report) -> Chart:
    """As on Present."""
    limits, matters = report.asked.limits, report.asked.matters
    points = report.selection.drawn(
        ("size", "accuracy"), dominated=True, most=LEFT_DRAWN, named=_named(report)
    ).points
    met = report.answer.status is Status.MET or report.pinned
    chosen = report.chosen.id if report.chosen is not None and met else ""
    made = left.figure(points, limits, matters, chosen)
    said = left.twin(left.drawable(points, matters), limits, chosen)
    return Chart("answer", "What the limits leave", said, made.to_dict())


def _front(report: Report, across: str) -> Chart:
    """As on Explore."""
    points = report.selection.drawn(
        (across, "accuracy"), dominated=True, most=DRAWN, named=_named(report)
    ).points
    made = plots.front(
        points,
        x=across,
        y="accuracy",
        budgets=report.asked.limits,
        chosen=report.chosen.id if report.chosen else "",
        compared=report.compared,
        draws=report.selection.draws,
    )
    said = hover.summary(points, across, "accuracy", report.compared.alike)
    title = metric.titled(report.of.metric, FRONTS[across])
    return Chart(across, title, said.replace("The table below", "The table"), made.to_dict())


def _named(report: Report) -> tuple[str, ...]:
    best = report.answer.point
    ids = (report.chosen.id if report.chosen else "", best.id if best else "")
    return tuple(dict.fromkeys(filter(None, ids)))
