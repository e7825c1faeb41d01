"""The chart's own controls: 2-D or 3-D, the axes, filters, other models beside."""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from models.workload import WORKLOADS
from pages.parts.controls import ACTIVATIONS, LINK, WEIGHTS
from pages.parts.view import EVERYTHING
from quant.axes import SPACE, X_AXES, Y_AXES
from quant.methods import METHODS
from quant.selection import Filters

FLAT, DEEP = "2-D", "3-D"
CHARTS = (FLAT, DEEP)
MODELS = tuple(known.name for known in WORKLOADS)
ALLOWED = {
    "chart": CHARTS,
    "x": X_AXES,
    "y": Y_AXES,
    "also": MODELS,
    "only": METHODS,
    "only-weights": WEIGHTS,
    "only-activations": ACTIVATIONS,
    "dominated": ("true", "false"),
}
BEFORE = "axes before"


@dataclass(frozen=True, slots=True)
class Showing:
    """What the chart is asked to show. `also` are models beside the chosen one."""

    x: str = "size"
    y: str = "accuracy"
    deep: bool = False
    filters: Filters = EVERYTHING
    also: tuple[str, ...] = ()

    @property
    def axes(self) -> tuple[str, ...]:
        """What the front is about."""
        return SPACE if self.deep else (self.x, self.y)

    @property
    def flattened(self) -> Showing:
        """The 2-D chart beside the 3-D view."""
        return replace(self, deep=False)

    @property
    def is_twice(self) -> bool:
        """Whether both axes ask for the same quantity: only a link can."""
        return self.x == self.y

    @property
    def title(self) -> str:
        if self.deep:
            return "Size, latency and accuracy"
        return f"{self.y.capitalize()} against {self.x}"


def bar() -> Showing:
    """A heading, and the controls beside it; on a phone below it."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        heading = st.container()
        with st.container(horizontal=True, width="content", vertical_alignment="bottom"):
            chart = st.segmented_control(
                "Chart", CHARTS, default=FLAT, required=True, key="chart", bind=LINK
            )
            x, y = _axes()
            with st.popover("Show", icon=":material/tune:", key="show"):
                filters = _filters()
                also = _models()
    wanted = Showing(x, y, chart == DEEP, filters, also)
    heading.subheader(wanted.title, anchor=False)
    return wanted


def dominated(count: int) -> bool:
    """Whether dominated points are drawn; says how many there are."""
    return st.toggle(
        f"Dominated points ({count:,})",
        key="dominated",
        bind=LINK,
        help="Points that another one beats or equals in everything the chart shows.",
    )


def show_loss() -> None:
    """A callback: what can be compared across different pictures."""
    for axis in ("x", "y"):
        if st.session_state.get(axis) == "accuracy":
            st.session_state[axis] = "loss"


def _axes() -> tuple[str, str]:
    """Choosing what the other axis has swaps the two."""
    x = st.selectbox(
        "Across", X_AXES, key="x", bind=LINK, width=150, on_change=_keep_apart, args=("x", "y")
    )
    y = st.selectbox(
        "Up", Y_AXES, key="y", bind=LINK, width=150, on_change=_keep_apart, args=("y", "x")
    )
    st.session_state[BEFORE] = {"x": x, "y": y}
    return x, y


def _keep_apart(changed: str, other: str) -> None:
    before = st.session_state.get(BEFORE, {})
    if st.session_state[changed] == st.session_state[other] and changed in before:
        st.session_state[other] = before[changed]


def _filters() -> Filters:
    """Nothing picked lets everything through."""
    st.caption("Nothing picked shows all. FP32 always stays.")
    methods = st.pills(
        "Rounding", METHODS, selection_mode="multi", key="only", bind=LINK, wrap=True
    )
    weights = st.pills(
        "Weights, bits", WEIGHTS, selection_mode="multi", key="only-weights", bind=LINK, wrap=True
    )
    activations = st.pills(
        "Activations, bits",
        ACTIVATIONS,
        selection_mode="multi",
        key="only-activations",
        bind=LINK,
        wrap=True,
    )
    return Filters(
        frozenset(methods), frozenset(map(int, weights)), frozenset(map(int, activations))
    )


def _models() -> tuple[str, ...]:
    picked = st.multiselect(
        "Also show the models", MODELS, key="also", bind=LINK, placeholder="none"
    )
    return tuple(picked)
