"""By class: accuracy, signal to noise, and what is taken for what."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite, isnan

import pyarrow as pa
import streamlit as st

from models.labels import labels
from models.workload import workload
from pages.parts import cache, controls
from pages.parts.chart import PLAIN
from pages.parts.comparing.flips import ends
from quant import explain, metric, plots
from quant.compare import drawing
from quant.compare.classes import OfClass, by_class, confusion_change, confusions
from quant.compare.pair import pair
from quant.compare.sides import NOT_KEPT, Side

NOISE = "signal to noise"
MEASURES = (*metric.NAMES, NOISE)
MOST_DRAWN = 20  # classes, those that differ most
MOST_CELLS = 20  # classes whose confusions fit into one picture
TWIN = "The table beside it holds the same data."


def classes(sides: Sequence[Side]) -> None:
    """A chart and its table."""
    names = labels(workload(sides[0].point.workload))
    if len({side.point.data_id for side in sides}) > 1:
        st.info("These points were measured on different pictures, so their classes do not "
                "compare.", icon=":material/info:")  # fmt: skip
        return
    kind = sides[0].point.metric
    measure = st.segmented_control(
        "By class",
        (kind, NOISE),
        default=kind,
        required=True,
        key="measure",
        bind=controls.LINK,
    )
    noise, told = measure == NOISE, NOISE if measure == NOISE else metric.NAMES[kind]
    ids = [side.point.identity for side in sides]
    rows, figure, table = cache.drawn(
        ("classes", ids, noise), lambda: _drawn(by_class(sides, names), sides, noise)
    )
    for sentence in _missing(sides, noise):
        st.info(sentence, icon=":material/history:")
    if figure is None:
        return
    left, right = st.columns([3, 2])
    with left:
        st.plotly_chart(figure, key="by-class", config=PLAIN, alt=f"{told} by class. {TWIN}")
    with right:
        st.dataframe(table, hide_index=True, key="class-table", alt=f"{told} by class")
    if rows > MOST_DRAWN:
        st.caption(f"The {MOST_DRAWN} classes that differ most are drawn, of {rows:,}.")


def confused(sides: Sequence[Side]) -> None:
    """What is taken for what, from one point to another."""
    first, second = ends(sides)
    found = pair(first, second)
    names = labels(workload(first.point.workload))
    ids = (first.point.identity, second.point.identity)
    moved = cache.drawn(("confusions", ids), lambda: confusions(found, names, 15))
    if not moved:
        st.info("Nothing is taken for anything else more often or less.", icon=":material/equal:")
        return
    few = len(names) <= MOST_CELLS
    columns = st.columns([3, 2]) if few else [None, st.container()]
    if few:
        figure = cache.drawn(
            ("confusion chart", ids),
            lambda: plots.Done(drawing.confusions(confusion_change(found, len(names)), names)),
        )
        with columns[0]:
            st.plotly_chart(
                figure, key="confusion", config=PLAIN,
                alt=f"Mistakes of {second.name} less those of {first.name}. {TWIN}",
            )  # fmt: skip
    with columns[1]:
        st.dataframe(
            {
                "truth": [one.truth for one in moved],
                "taken for": [one.taken_for for one in moved],
                first.letter: [one.before for one in moved],
                second.letter: [one.after for one in moved],
                "more": [one.more for one in moved],
            },
            hide_index=True,
            key="confusion-table",
            column_config={"more": st.column_config.NumberColumn(format="%+d")},
            alt="Confusions that changed most",
        )
    st.caption(
        f"Pictures of a class that are taken for another, by {second.name} and by {first.name}. "
        "Orange is more often than before, blue less often."
        if few
        else "Pictures of a class that are taken for another, the largest changes first."
    )


def _drawn(
    rows: Sequence[OfClass], sides: Sequence[Side], noise: bool
) -> tuple[int, plots.Done | None, pa.Table | None]:
    known = [row for row in rows if not all(map(isnan, _values(row, noise)))]
    if not known:
        return 0, None, None
    kept = sorted(known, key=lambda row: -_spread(row, noise))[:MOST_DRAWN]
    order = {row.index for row in kept}
    shown = [row for row in known if row.index in order]
    figure = plots.Done(drawing.classes(shown, sides, noise=noise))
    columns: dict[str, list[object]] = {
        "class": [row.name for row in kept],
        "pictures": [row.n for row in kept],
    }
    for at, side in enumerate(sides):
        columns[side.letter] = [_cell(_values(row, noise)[at], noise) for row in kept]
    return len(known), figure, pa.table(columns)


def _values(row: OfClass, noise: bool) -> tuple[float, ...]:
    return row.sqnr_db if noise else row.accuracy


def _spread(row: OfClass, noise: bool) -> float:
    known = [value for value in _values(row, noise) if isfinite(value)]
    return max(known) - min(known) if known else 0.0


def _cell(value: float, noise: bool) -> str:
    return explain.decibels(value) if noise else explain.percent(value)


def _missing(sides: Sequence[Side], noise: bool) -> list[str]:
    """Whose column is empty, and why."""
    return [
        f"{side.name}: {side.why_not or NOT_KEPT}."
        for side in sides
        if side.samples is None
        or (side.samples.signal is None if noise else side.samples.labels is None)
    ]
