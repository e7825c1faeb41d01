"""The chart's own controls: 2-D or 3-D, the axes, filters, other models beside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import streamlit as st

from models.offered import names
from pages.parts import terms
from pages.parts.controls import ACTIVATIONS, LINK, WEIGHTS
from pages.parts.view import EVERYTHING
from quant import metric
from quant.axes import SPACE, X_AXES, Y_AXES
from quant.methods import METHODS
from quant.selection import Filters

FLAT, DEEP = "2-D", "3-D"
CHARTS = (FLAT, DEEP)
ALLOWED = {
    "chart": CHARTS,
    "x": (*X_AXES, metric.AGREEMENT),
    "y": (*Y_AXES, metric.AGREEMENT),
    "only": METHODS,
    "only-weights": WEIGHTS,
    "only-activations": ACTIVATIONS,
    "dominated": ("true", "false"),
}
BEFORE = "axes before"


def allowed() -> dict[str, tuple[str, ...]]:
    """What each control offers now."""
    return {"also": names(), **ALLOWED}


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

    def title(self, kind: str = metric.ACCURACY) -> str:
        """In the words of a metric."""
        if self.deep:
            return metric.titled(kind, "Size, latency and accuracy")
        return metric.titled(kind, f"{self.y.capitalize()} against {self.x}")


def bar(kind: str = metric.ACCURACY) -> Showing:
    """A heading, and the controls beside it; on a phone below it. `kind` is the metric."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        heading = st.container()
        with st.container(horizontal=True, width="content", vertical_alignment="bottom"):
            chart = st.segmented_control(
                "Chart", CHARTS, default=FLAT, required=True, key="chart", bind=LINK
            )
            x, y = _axes(kind)
            with st.popover("Show", icon=":material/tune:", key="show"):
                filters = _filters()
                also = _models()
    wanted = Showing(x, y, chart == DEEP, filters, also)
    heading.subheader(wanted.title(kind), anchor=False)
    return wanted


def dominated(count: int) -> bool:
    """Whether dominated points are drawn; says how many there are."""
    return st.toggle(
        f"Dominated points ({count:,})",
        key="dominated",
        bind=LINK,
        help=terms.told(
            "Points that another one beats or equals in everything the chart shows.",
            "pareto-front",
        ),
    )


def show_loss() -> None:
    """A callback: what can be compared across different pictures."""
    for axis in ("x", "y"):
        if st.session_state.get(axis) in metric.NAMES:
            st.session_state[axis] = "loss"


def _axes(kind: str) -> tuple[str, str]:
    """Choosing what the other axis has swaps the two."""
    x = st.selectbox(
        "Across",
        _spoken(X_AXES, kind),
        key="x",
        bind=LINK,
        width=150,
        on_change=_keep_apart,
        args=("x", "y"),
    )
    y = st.selectbox(
        "Up",
        _spoken(Y_AXES, kind),
        key="y",
        bind=LINK,
        width=150,
        on_change=_keep_apart,
        args=("y", "x"),
    )
    st.session_state[BEFORE] = {"x": x, "y": y}
    plain = {metric.AGREEMENT: metric.ACCURACY}
    return plain.get(x, x), plain.get(y, y)


def _spoken(axes: Sequence[str], kind: str) -> tuple[str, ...]:
    """The axes as they are called where accuracy is agreement with FP32: links hold these names."""
    if kind != metric.AGREEMENT:
        return tuple(axes)
    return tuple(metric.AGREEMENT if axis == metric.ACCURACY else axis for axis in axes)


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
        "Also show the models", names(), key="also", bind=LINK, placeholder="none"
    )
    return tuple(picked)
