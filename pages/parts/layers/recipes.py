"""Recipes as JSON: out as a file, in as a file or pasted."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from models.workload import slug
from pages.parts import shell
from pages.parts.layers import now
from pages.parts.layers.asked import Asked
from quant.bits.bits import Bits
from quant.bits.state import State
from quant.errors import BitfrontError, InvalidRecipe
from quant.recipe import CALIBRATION_IMAGES, Recipe
from quant.sensitivity.scores import Sensitivity

MOST_BYTES = 2_000_000
TOLD, HARM = "what became of a recipe", "recipe refused"


def menu(asked: Asked, found: Sensitivity, state: State, recipe: Recipe) -> None:
    """A popover with both ways."""
    with st.popover("Recipe", icon=":material/data_object:", key="recipe", on_change="rerun") as it:
        if not it.open:
            return
        name = f"{slug(asked.name)}-{recipe.label.replace('·', '-').replace(' ', '-')}.json"
        st.download_button(
            "Download",
            data=recipe.canonical,
            file_name=name,
            mime="application/json",
            key="recipe-out",
            on_click="ignore",
            icon=":material/download:",
            help="`python -m quant sweep` and `export` take it with --recipe.",
        )
        st.code(recipe.canonical, language="json", wrap_lines=True, height=120)
        st.text_area(
            "Paste a recipe",
            key="recipe-pasted",
            height=90,
            placeholder='{"weights": 4, "activations": 8, "layers": {"stem": [8, 8]}}',
        )
        st.button(
            "Use the pasted recipe",
            key="recipe-use",
            on_click=lambda: _take(found, state, st.session_state["recipe-pasted"]),
        )
        st.file_uploader(
            "Or a recipe's file",
            type="json",
            key="recipe-in",
            max_upload_size=2,
            on_change=lambda: _upload(found, state),
        )
        _say()


def _upload(found: Sensitivity, state: State) -> None:
    given = st.session_state["recipe-in"]
    if given is None:
        return
    try:
        _take(found, state, given.getvalue().decode("utf-8"))
    except UnicodeDecodeError:
        st.session_state[HARM] = f"{shell.escape(given.name[:60])} is not text; give a recipe."


def _take(found: Sensitivity, state: State, text: str) -> None:
    """A callback: its bits are shown, or a sentence says why not."""
    st.session_state.pop(TOLD, None)
    st.session_state.pop(HARM, None)
    try:
        recipe = _read(text)
        bits = Bits.of(recipe, found.layers)
    except BitfrontError as exc:
        st.session_state[HARM] = shell.sentence(exc)
        return
    now.show(found, replace(state, bits=bits))
    st.session_state[TOLD] = f"Now {shell.escape(recipe.bits)} is shown.{_left_out(recipe)}"


def _read(text: str) -> Recipe:
    if not text.strip():
        raise InvalidRecipe("nothing was pasted; paste the JSON of a recipe")
    if len(text) > MOST_BYTES:
        raise InvalidRecipe(
            f"a recipe of {len(text):,} letters was given and at most {MOST_BYTES:,} are read; "
            "give one recipe"
        )
    return Recipe.from_json(text)


def _left_out(recipe: Recipe) -> str:
    """What a recipe holds that this page has elsewhere, or not at all."""
    kept = [f"rounding {recipe.method}, ranges {recipe.ranges}: choose them in the side panel"]
    if recipe.seed or recipe.calibration_images != CALIBRATION_IMAGES:
        kept.append(
            f"seed {recipe.seed} and {recipe.calibration_images:,} calibration pictures: this "
            "page keeps to the usual"
        )
    return f" Of the rest it holds {'; '.join(kept)}."


def _say() -> None:
    for key, show in ((TOLD, st.success), (HARM, st.error)):
        if told := st.session_state.get(key):
            show(told)
