"""What the page shows as files for programs, made when they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import streamlit as st

from models.workload import slug
from pages.parts import cache
from pages.parts.view import View
from quant.judged import rows
from quant.report.listed import measurements, with_draws
from quant.rows import csv_text, json_text


def offer(view: View) -> None:
    """All points after filters, with everything that is kept of each but its layers, and what the
    page says of them."""
    points = view.points
    if not len(points):
        return
    whole = with_draws(view.selection, points) if view.selection else points
    more = len(whole) - len(points)
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
    listed = measurements(cache.store(), with_draws(view.selection, view.points))
    return rows(listed, view.selection, view.budgets, cache.right)


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
