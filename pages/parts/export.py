"""What the page shows as files for programs, made when they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import streamlit as st

from models.workload import slug
from pages.parts import cache
from pages.parts.view import View
from quant.judged import rows
from quant.point import mark
from quant.points import Points
from quant.records import Measurement
from quant.rows import csv_text, json_text


def offer(view: View) -> None:
    """All points after filters, with everything that is kept of each but its layers, and what the
    page says of them."""
    points = view.points
    if not len(points):
        return
    more = len(_with_draws(view)) - len(points)
    further = f", and {more:,} further calibration draw{'s' if more > 1 else ''}" if more else ""
    name = "-".join(dict.fromkeys(slug(place.workload) for place in points.used))
    with st.container(horizontal=True, vertical_alignment="center"):
        _button("CSV", csv_text, view, f"{name}.csv", "text/csv")
        _button("JSON", json_text, view, f"{name}.json", "application/json")
        st.caption(
            f"All {len(points):,} points shown{further}, with the columns of `points --json`.",
            width="content",
        )


def judged(view: View) -> list[dict[str, Any]]:
    """As `points --json` has them, for the budgets of the page."""
    if view.selection is None:
        return []
    listed = measurements(_with_draws(view))
    return rows(listed, view.selection, view.budgets, cache.right)


def _with_draws(view: View) -> Points:
    """What is shown, and the further calibration draws of it."""
    selection, shown = view.selection, view.points
    if selection is None or not selection.draws:
        return shown
    dots = np.array([mark(name) for name in selection.draws], np.uint64)
    there = np.isin(dots, shown.marks).tolist()
    more = [
        mark(name)
        for draws, is_shown in zip(selection.draws.values(), there, strict=True)
        for name in draws.ids[1:]
        if is_shown
    ]
    further = np.isin(selection.whole.marks, np.array(more, np.uint64))
    return Points.joined([shown, selection.whole.take(further)])


def measurements(points: Points) -> list[Measurement]:
    """The points as they are kept, in their order."""
    figures = points.figures(range(len(points)))
    wanted = {one.identity: at for at, one in enumerate(figures)}
    workloads = dict.fromkeys(place.workload for place in points.used)
    kept = (one for name in workloads for one in cache.store().points(name))
    found = [one for one in kept if one.identity in wanted]
    return sorted(found, key=lambda one: wanted[one.identity])


def _button(
    label: str, text: Callable[[Iterable[dict[str, Any]]], str], view: View, file: str, mime: str
) -> None:
    st.download_button(
        label,
        data=lambda: text(judged(view)),
        file_name=file,
        mime=mime,
        key=f"export-{label.lower()}",
        on_click="ignore",
        icon=":material/table:" if label == "CSV" else ":material/data_object:",
    )
