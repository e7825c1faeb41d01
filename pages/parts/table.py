"""The chart's twin: the same points, one a row, for reading, sorting and the keyboard."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pyarrow as pa
import streamlit as st

from pages.parts import cache, compare, links
from pages.parts.showing import Showing
from pages.parts.view import View
from quant import certainty, explain, metric
from quant.beside import Compared
from quant.budgets import Budgets
from quant.draws import Draws
from quant.point import Figures, token
from quant.points import Points
from quant.runtimes import title
from quant.selection import Rows


def table(view: View, wanted: Showing) -> None:
    """The row ticked last is the chosen point; several can be compared."""
    rows = view.rows()
    if not rows.points:
        return
    on_front = _on_front(view, rows.points, wanted)
    compared, draws = view.compared, view.selection.draws if view.selection else {}
    data = cache.drawn(
        ("table", [point.identity for point in rows.points], on_front, view.budgets, compared.key),
        lambda: _data(rows, on_front, view.budgets, compared, draws),
    )
    identities = [point.id for point in rows.points]
    chosen = view.chosen.id if view.chosen else ""
    kept = set(links.chosen_all(links.ROWS))
    ticked = [one for one in identities if one == chosen or token(one) in kept]
    selected = [identities.index(one) for one in ticked]
    st.session_state["table"] = {"selection": {"rows": selected, "columns": [], "cells": []}}
    compare.several(ticked)
    st.dataframe(
        data,
        hide_index=True,
        key="table",
        on_select=lambda: links.take_from_table("table", identities, ticked, chosen),
        selection_mode="multi-row",
        column_config={
            "model": st.column_config.TextColumn(width=130),
            "point": st.column_config.TextColumn(width=125),
            "against FP32": st.column_config.TextColumn(width=155),
            "budgets": st.column_config.TextColumn(width=190),
            f"beside {compared.best_label}": st.column_config.TextColumn(width=215),
            "size, MB": st.column_config.NumberColumn(format="%.3f"),
            "speed, × FP32": st.column_config.NumberColumn(format="%.2f"),
            "latency, ms": st.column_config.NumberColumn(format="%.3f"),
            **{
                metric.titled(kind, "accuracy, %"): st.column_config.NumberColumn(format="%.1f")
                for kind in metric.NAMES
            },
        },
        alt=f"{len(rows.points)} measured points, one a row, with what the chart shows of each",
    )
    more = f" {rows.left_out:,} more are not listed." if rows.left_out else ""
    st.caption(
        "Tick a row to choose the point, more to compare them. On the front: nothing measured is "
        f"better in {explain.listed(wanted.axes)} together, as in the chart.{more} {_how(compared)}"
    )


def _how(compared: Compared) -> str:
    """How the accuracies were compared."""
    if not compared.beside or compared.best is None:
        return ""
    agree = metric.is_agreement(compared.best)
    what = "Agreement with FP32 was" if agree else "Accuracies were"
    return (
        f"{what} compared picture by picture with {compared.best_label}: McNemar's exact "
        f"test at 5 %, after Holm's correction over {len(compared.beside)} points. Not told apart "
        "is not equal: beside it stands the smallest difference that these pictures tell in 8 of "
        "10 cases. Undecided budgets say about how many more pictures would tell."
    )


def _data(
    rows: Rows,
    on_front: list[bool],
    budgets: Budgets,
    compared: Compared,
    draws: dict[str, Draws],
) -> pa.Table:
    """As Streamlit sends it, so that it is converted once for all who look at it."""
    models = len({point.workload for point in rows.points}) > 1
    listed = [
        _row(point, models)
        | {"budgets": _short(certainty.verdict(point, budgets))}
        | ({f"beside {compared.best_label}": _beside(point, compared)} if compared.beside else {})
        | ({"over draws, %": _over(draws.get(point.id))} if draws else {})
        | {"on the front": "yes" if best else "no"}
        | {
            "weights": point.recipe.common_weights or None,  # where layers differ
            "activations": point.recipe.common_activations or None,
        }
        for point, best in zip(rows.points, on_front, strict=True)
    ]
    return pa.table({name: [row[name] for row in listed] for name in listed[0]})


def _on_front(view: View, points: tuple[Figures, ...], wanted: Showing) -> list[bool]:
    """Of the front that is drawn."""
    if view.selection is None or wanted.is_twice:
        return [False] * len(points)
    best = view.points.marks[view.selection.best(wanted.axes)]
    found: list[bool] = np.isin(Points.of(points).marks, best).tolist()
    return found


def _short(verdict: str) -> str:
    """`undecided (about 12,000 more)`: the column's help says of what."""
    return re.sub(r" pictures? would tell", "", verdict)


def _beside(point: Figures, compared: Compared) -> str:
    """`not told apart, 0.21 pp could be`."""
    found = compared.beside.get(point.id)
    if compared.best and point.id == compared.best.id:
        return "the recommended"
    if found is None:
        return "not compared"
    least = certainty.smallest(found.detectable)
    if found.told_apart:
        return f"{certainty.gain(found).partition(' (')[0]}; {least} could be told"
    return f"not told apart; {least} could be"


def _over(draws: Draws | None) -> str:
    """`5: 93.4 ± 0.2`."""
    found = draws.accuracy if draws else None
    return "" if found is None else f"{len(draws or ())}: {certainty.spread(found)}"


def _row(point: Figures, models: bool) -> dict[str, Any]:
    recipe = point.recipe
    model = {"model": point.workload} if models else {}
    executed = {"ran in": title(point.executed_by)} if point.executed_by else {}
    return model | {
        "point": recipe.label,
        **executed,
        "size, MB": point.size_bytes / 1e6,
        "speed, × FP32": 1 / explain.latency_ratio(point)[0],
        "latency, ms": point.latency_ms,
        metric.titled(point.metric, "accuracy, %"): point.accuracy * 100,
        "against FP32": "" if recipe.is_fp32 else explain.change(point),
    }
