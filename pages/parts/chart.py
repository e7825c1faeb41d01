"""The chart: a click on a dot chooses it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from pages.parts import cache, links, pytorch, showing
from pages.parts.arrivals import Arrivals
from pages.parts.notes import notes
from pages.parts.showing import Showing
from pages.parts.view import View
from quant import hover, plots
from quant.axes import AXES
from quant.marks import told
from quant.point import Figures
from quant.reference.words import marks
from quant.space import space

PLAIN = {"displayModeBar": False}
Drawing = tuple[plots.Done, str]


def draw(view: View, wanted: Showing, arrivals: Arrivals) -> None:
    """The 2-D chart, or the 3-D view with the 2-D chart beside it for choosing."""
    if wanted.is_twice:
        st.info(
            f"Both axes show {wanted.x}: choose another quantity for one of them.",
            icon=":material/swap_horiz:",
        )
        return
    flat = st.container()
    with st.container(horizontal=True, vertical_alignment="center"):
        everything = showing.dominated(_dominated(view, wanted))
    drawn = view.drawn(wanted.axes, dominated=everything, also=arrivals.all)
    if wanted.deep:
        with flat, st.grid(2, min_column_width=400):
            with st.container():
                _deep(view, drawn.points, arrivals)
            with st.container():
                st.markdown(f"**{wanted.y.capitalize()} against {wanted.x}**")
                axes = wanted.flattened.axes
                beside = view.drawn(axes, dominated=everything, also=arrivals.all)
                _flat(view, beside.points, wanted, arrivals)
    else:
        with flat:
            _flat(view, drawn.points, wanted, arrivals)
    notes(view, wanted, drawn, everything)


def _flat(view: View, points: Sequence[Figures], wanted: Showing, arrivals: Arrivals) -> None:
    beside = marks(pytorch.here(view))
    looks = {"x": wanted.x, "y": wanted.y, "marks": beside, **_looks(view)}
    compared = view.compared
    draws = view.selection.draws if view.selection else {}

    def draw() -> Drawing:
        figure = plots.front(points, **looks, fresh=arrivals.fresh, compared=compared, draws=draws)
        axes = [AXES[name] for name in (wanted.x, wanted.y)]
        said = hover.summary(points, wanted.x, wanted.y, compared.alike)
        return plots.Done(figure), said + told(axes, beside)

    figure, alt = _once("front", view, points, looks, arrivals, draw)
    st.plotly_chart(
        figure,
        key="front",
        on_select=lambda: links.take_from_chart("front"),
        selection_mode="points",
        config=PLAIN,
        alt=alt,
    )


def _deep(view: View, points: Sequence[Figures], arrivals: Arrivals) -> None:
    looks = _looks(view)

    def draw() -> Drawing:
        figure = space(
            points,
            **looks,
            fresh=arrivals.fresh,
            alike=view.compared.alike,
            best=view.compared.best_label,
        )
        return plots.Done(figure), hover.space_summary(points)

    figure, alt = _once("space", view, points, looks, arrivals, draw)
    st.plotly_chart(figure, key="space", config=PLAIN, alt=alt)


def _looks(view: View) -> dict[str, Any]:
    return {"budgets": view.budgets, "chosen": view.chosen.id if view.chosen else ""}


def _once(
    name: str,
    view: View,
    points: Sequence[Figures],
    looks: dict[str, Any],
    arrivals: Arrivals,
    draw: Callable[[], Drawing],
) -> Drawing:
    """A figure and its words, made once for all who look at the same."""
    identities = [point.identity for point in points]
    return cache.drawn((name, looks, view.compared.key, sorted(arrivals.fresh), identities), draw)


def _dominated(view: View, wanted: Showing) -> int:
    if view.selection is None:
        return 0
    return int((~view.selection.best(wanted.axes) & ~view.points.is_fp32).sum())
