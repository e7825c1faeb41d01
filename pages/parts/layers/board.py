"""All that moves with the bits, in one fragment: a change redraws it and nothing else."""

from __future__ import annotations

import streamlit as st

from pages.parts import share, shell
from pages.parts.layers import (
    bars,
    control,
    fronts,
    listing,
    measure,
    now,
    numbers,
    one,
    predicting,
    recipes,
    solving,
)
from pages.parts.layers.asked import Asked
from quant.bits.bits import recipe_of
from quant.bits.state import State
from quant.recipe import Recipe
from quant.sensitivity.scores import Sensitivity
from quant.sensitivity.words import basis


def title(asked: Asked, found: Sensitivity | None) -> None:
    """Which network, and what its scores rest on."""
    with st.container(horizontal=True, vertical_alignment="top"):
        with st.container():
            st.title(f"Layers of {asked.name}", anchor=False)
            about = basis(found) if found else asked.workload.title
            st.caption(shell.escape(about))
        share.link({})


ALLOWED = bars.ALLOWED | fronts.ALLOWED | solving.ALLOWED


@st.fragment
def draw(asked: Asked, found: Sensitivity) -> None:
    """Numbers, what can be done, columns, what is picked, and the front."""
    state, wrong = now.read(found)
    if wrong:
        st.warning(shell.escape(wrong), icon=":material/link_off:")
    recipe = _recipe(asked, found, state)
    measured = measure.point(asked, recipe)
    known = predicting.predictor(asked, found, recipe.method)
    predicted = known.of(state.bits.pairs)
    # a point that is measured corrects predictions, and would be found to be as predicted
    blind = predicting.predictor(asked, found, recipe.method, recipe) if measured else known
    numbers.draw(asked, blind.of(state.bits.pairs), measured)
    with st.container(horizontal=True, vertical_alignment="center"):
        _step("Undo", ":material/undo:", "Ctrl+Z", -1, able=now.can_undo())
        _step("Redo", ":material/redo:", "Ctrl+Y", 1, able=now.can_redo())
        rules = solving.menu(found, state, known)
        measure.offer(asked, recipe, measured)
        recipes.menu(asked, found, state, recipe)
    bars.draw(found, state)
    control.draw(found, state)
    one.draw(found, state)
    listing.draw(found, state)
    fronts.draw(asked, found, state, known, predicted, rules)
    fronts.calibration(asked, known)


def _step(label: str, icon: str, shortcut: str, by: int, *, able: bool) -> None:
    st.button(
        label, key=label.lower(), icon=icon, shortcut=shortcut, disabled=not able,
        on_click=now.step, args=(by,),
    )  # fmt: skip


def _recipe(asked: Asked, found: Sensitivity, state: State) -> Recipe:
    """With `auto` resolved, as recipes hold methods only."""
    rest = asked.ranges, asked.workload.calibration_images
    plain = recipe_of(state.bits, found.layers, "nearest", *rest)
    return recipe_of(state.bits, found.layers, asked.resolved(plain), *rest)
