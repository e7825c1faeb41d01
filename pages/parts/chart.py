"""The chart and its twin, the table: the same points, and a click on either chooses one."""

from __future__ import annotations

from typing import Any

import streamlit as st

from pages.parts import controls, links
from pages.parts.view import View
from quant import explain, hover, plots
from quant.budgets import Verdict
from quant.point import Point

VERDICTS = {Verdict.MET: "yes", Verdict.UNDECIDED: "undecided", Verdict.NOT_MET: "no"}


def front(view: View) -> None:
    """Dots that can be clicked; the front along the two axes as a stepped line."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        heading = st.container()
        with st.container(horizontal=True, wrap=False, width="content"):
            x, y = controls.axes()
    heading.subheader(f"{y.capitalize()} against {x}", anchor=False)
    drawn = view.drawn(x, y, dominated=True)
    figure = plots.front(
        drawn.points, x=x, y=y, budgets=view.budgets, chosen=view.chosen.id if view.chosen else ""
    )
    st.plotly_chart(
        figure,
        key="front",
        on_select=lambda: links.take_from_chart("front"),
        selection_mode="points",
        config={"displayModeBar": False},
        alt=hover.summary(drawn.points, x, y),
    )
    st.caption(
        "Click a dot to see it whole. The dotted line is the front: what nothing measured beats. "
        "Dominated points and those outside your budgets are dim; grey is what a budget "
        "excludes; ↓ lies lower still."
    )


def table(view: View) -> None:
    """One row a point, as the chart has it."""
    shown = view.rows()
    rows = [_row(*one) for one in zip(shown.points, shown.best, shown.verdicts, strict=True)]
    identities = [point.id for point in shown.points]
    ticked = [identities.index(view.chosen.id)] if view.chosen else []
    st.session_state["table"] = {"selection": {"rows": ticked, "columns": [], "cells": []}}
    st.dataframe(
        {name: [row[name] for row in rows] for name in rows[0]},
        hide_index=True,
        key="table",
        on_select=lambda: links.take_from_table("table", identities),
        selection_mode="single-row",
        column_config={
            "point": st.column_config.TextColumn(width=180),
            "against FP32": st.column_config.TextColumn(width=180),
            "size, MB": st.column_config.NumberColumn(format="%.3f"),
            "latency, ms": st.column_config.NumberColumn(format="%.3f"),
            "accuracy, %": st.column_config.NumberColumn(format="%.1f"),
        },
        alt=f"{len(rows)} measured points of {shown.points[0].workload}, one a row",
    )


def _row(point: Point, on_front: bool, verdict: Verdict) -> dict[str, Any]:
    recipe = point.recipe
    return {
        "point": recipe.label,
        "weights": recipe.weights,
        "activations": recipe.activations,
        "size, MB": point.size_bytes / 1e6,
        "latency, ms": point.latency_ms,
        "accuracy, %": point.accuracy * 100,
        "against FP32": "" if recipe.is_fp32 else explain.change(point),
        "on the front": "yes" if on_front else "no",
        "within budgets": VERDICTS[verdict],
    }
