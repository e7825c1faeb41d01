"""What the answers so far leave: dots in one neutral colour, the answer in the accent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from quant import explain
from quant.axes import AXES
from quant.budgets import Budgets, Verdict, verdicts
from quant.metric import is_agreement
from quant.palette import ACCENT, NEUTRAL
from quant.plots import Done
from quant.point import Figures
from quant.points import Points
from quant.present.asked import SPEED
from quant.spans import Span, span, ticks

FAINT = 0.4
APART = 0.06  # of the width, closer names would overlap
HEIGHT = 380
LOSS_SPAN = 2.0  # pp below FP32 that are shown; what loses more lies at the edge


def figure(points: Sequence[Figures], limits: Budgets, matters: str, chosen: str) -> go.Figure:
    """Loss against size, or against latency where speed matters most. What a limit excludes is
    faint, what may be excluded is hollow; `chosen` is the id of the answer, or empty."""
    across = AXES["latency" if matters == SPEED else "size"]
    shown = drawable(points, matters)
    worst = verdicts(Points.of(shown), limits).tolist()
    x = [across.reading(one)[0] for one in shown]
    y = [max(-100 * one.drop, -LOSS_SPAN) for one in shown]
    groups = {
        verdict: [at for at, one in enumerate(worst) if one == verdict] for verdict in Verdict
    }
    data = [_dots(x, y, shown, groups[verdict], verdict) for verdict in Verdict if groups[verdict]]
    data += _answer(x, y, shown, chosen)
    visible = span(across, shown)
    data += _beyond(x, shown, visible)
    values = ticks(visible, across.ticks) if shown else []
    axis: dict[str, Any] = {
        "title": {"text": across.title}, "type": "log", "showgrid": False, "automargin": True,
        "range": visible.range, "tickvals": values, "ticktext": [f"{one:g}" for one in values],
        "tickfont": {"size": 15},
    }  # fmt: skip
    layout = {
        "height": HEIGHT,
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "xaxis": axis,
        "yaxis": {
            "title": {"text": _height(shown)}, "zeroline": True,
            "zerolinecolor": NEUTRAL, "showgrid": False, "automargin": True,
            "range": [-LOSS_SPAN * 1.25, max([0.4, *y]) + 0.25], "tickfont": {"size": 15},
        },
        "shapes": _limits(limits, across.budget),
        "showlegend": False,
        "dragmode": False,
        "font": {"size": 16},
    }  # fmt: skip
    return Done(go.Figure(data=data, layout=layout, _validate=False))


def drawable(points: Sequence[Figures], matters: str) -> list[Figures]:
    """Those with a loss and a number along the other axis."""
    across = AXES["latency" if matters == SPEED else "size"]
    return [
        one
        for one in points
        if np.isfinite(one.drop) and np.isfinite(across.reading(one)[0])
        if across.reading(one)[0] > 0
    ]


def twin(points: Sequence[Figures], limits: Budgets, chosen: str) -> str:
    """The same in words, for those who do not see it."""
    if not points:
        return "No file has figures to draw."
    worst = verdicts(Points.of(points), limits)
    met, open_ = int((worst == Verdict.MET).sum()), int((worst == Verdict.UNDECIDED).sum())
    said = f"{len(points)} files by size and accuracy: {met} within the limits, {open_} undecided"
    best = next((one for one in points if one.id == chosen), None)
    if best is None:
        return f"{said}."
    return (
        f"{said}. The answer is {best.recipe.label}: {explain.size(best.size_bytes)}, "
        f"{explain.change(best)}."
    )


def rows(points: Sequence[Figures], limits: Budgets) -> list[dict[str, str]]:
    """The same as a table, largest first."""
    words = {Verdict.MET: "yes", Verdict.UNDECIDED: "undecided", Verdict.NOT_MET: "no"}
    worst = verdicts(Points.of(points), limits).tolist()
    listed = sorted(zip(points, worst, strict=True), key=lambda pair: -pair[0].size_bytes)
    return [
        {
            "file": one.recipe.label,
            "within the limits": words[Verdict(verdict)],
            "size": explain.size(one.size_bytes),
            "speed": explain.faster(one),
            "accuracy": explain.percent(one.accuracy),
            "against FP32": "the baseline" if one.recipe.is_fp32 else explain.change(one),
        }
        for one, verdict in listed
    ]


def _dots(
    x: list[float], y: list[float], shown: list[Figures], rows_: list[int], verdict: Verdict
) -> dict[str, Any]:
    hollow = verdict is Verdict.UNDECIDED
    return {
        "type": "scatter", "mode": "markers",
        "x": np.array([x[at] for at in rows_], np.float32),
        "y": np.array([y[at] for at in rows_], np.float32),
        "hovertext": [_hover(shown[at]) for at in rows_],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "marker": {
            "size": 13, "color": NEUTRAL, "symbol": "circle-open" if hollow else "circle",
            "opacity": FAINT if verdict is Verdict.NOT_MET else 1.0, "line": {"width": 2},
        },
    }  # fmt: skip


def _answer(
    x: list[float], y: list[float], shown: list[Figures], chosen: str
) -> list[dict[str, Any]]:
    at = next((row for row, one in enumerate(shown) if one.id == chosen), None)
    if at is None:
        return []
    return [
        {
            "type": "scatter", "mode": "markers+text",
            "x": np.array([x[at]], np.float32), "y": np.array([y[at]], np.float32),
            "text": [shown[at].recipe.bits], "textposition": "top center",
            "textfont": {"size": 18, "color": ACCENT},
            "hovertext": [_hover(shown[at])], "hovertemplate": "%{hovertext}<extra></extra>",
            "marker": {"size": 20, "color": ACCENT, "symbol": "circle"},
        }
    ]  # fmt: skip


def _beyond(x: list[float], shown: list[Figures], visible: Span) -> list[dict[str, Any]]:
    """How much those at the lower edge lose, below them; of close ones the first."""
    rows_: list[int] = []
    for at in sorted(range(len(shown)), key=lambda row: x[row]):
        near = rows_ and visible.share(x[at]) - visible.share(x[rows_[-1]]) < APART
        if 100 * shown[at].drop > LOSS_SPAN and not near:
            rows_.append(at)
    if not rows_:
        return []
    return [
        {
            "type": "scatter", "mode": "text", "hoverinfo": "skip",
            "x": np.array([x[at] for at in rows_], np.float32),
            "y": np.full(len(rows_), -LOSS_SPAN * 1.06, np.float32),
            "text": [f"↓ {explain.points(-shown[at].drop, 0)}" for at in rows_],
            "textposition": "bottom center", "textfont": {"size": 14, "color": NEUTRAL},
            "marker": {"color": NEUTRAL},
        }
    ]  # fmt: skip


def _height(shown: list[Figures]) -> str:
    """Points below FP32: of accuracy, or of agreement with it."""
    agree = bool(shown) and is_agreement(shown[0])
    return "agreement with FP32, pp below all" if agree else "accuracy against FP32, pp"


def _hover(one: Figures) -> str:
    against = "the baseline" if one.recipe.is_fp32 else explain.change(one)
    return (
        f"{one.recipe.label}<br>{explain.size(one.size_bytes)}, {explain.faster(one)}<br>{against}"
    )


def _limits(limits: Budgets, across: str) -> list[dict[str, Any]]:
    """A line at each limit that an axis shows."""
    line = {"color": NEUTRAL, "width": 1.5, "dash": "dot"}
    found: list[dict[str, Any]] = []
    value = limits.limits.get(across)
    if value is not None:
        at = value / 1e6 if across == "size_bytes" else value
        found.append(
            {"type": "line", "x0": at, "x1": at, "yref": "y domain", "y0": 0, "y1": 1, "line": line}
        )
    if limits.drop is not None and 100 * limits.drop <= LOSS_SPAN:
        at = -100 * limits.drop
        found.append(
            {"type": "line", "y0": at, "y1": at, "xref": "x domain", "x0": 0, "x1": 1, "line": line}
        )
    return found
