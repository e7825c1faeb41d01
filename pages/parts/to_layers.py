"""From a measured point to the page Layers, with its bits."""

from __future__ import annotations

import streamlit as st

from pages.parts import cache
from quant.bits.bits import Bits
from quant.bits.state import ON_ACTIVATIONS, ON_WEIGHTS, State, first_picked
from quant.errors import InvalidRecipe
from quant.point import Point
from quant.runtimes import USUAL, choice_of

PAGE, ICON = "pages/1_Layers.py", ":material/bar_chart:"


def link(point: Point, label: str) -> None:
    """A link that opens the page at this point's model, method and bits."""
    st.page_link(
        PAGE,
        label=label,
        icon=ICON,
        help="See which layers hurt, and what other bits should give.",
        query_params=_query(point),
    )


def _query(point: Point) -> dict[str, str]:
    recipe, runtime = point.recipe, choice_of(point.runtime)
    asked = {"model": point.workload, "ranges": recipe.ranges, **_bits(point)}
    if recipe.least_weights < 16:
        asked["method"] = recipe.method
    if runtime != USUAL:
        asked["runtime"] = runtime
    return asked


def _bits(point: Point) -> dict[str, str]:
    """Of layers that differ, only once it is known which layers there are."""
    recipe = point.recipe
    if not recipe.is_mixed:
        return {ON_WEIGHTS: str(recipe.weights), ON_ACTIVATIONS: str(recipe.activations)}
    found = cache.sensitivity(point.workload)
    if found is None:
        return {}
    try:
        state = State(Bits.of(recipe, found.layers), picked=first_picked(found))
    except InvalidRecipe:
        return {}
    return state.written(found)
