"""Colours and symbols of data, by Okabe and Ito: told apart by the colour-blind, and by shape.

Every colour holds at least 3 to 1 against both the light and the dark page.
"""

from __future__ import annotations

from typing import NamedTuple

from quant.point import Point

ACCENT = "#C0398F"  # the chosen point, everywhere; also the theme's primary colour
NEUTRAL = "#808691"  # lines, limits and FP32: on both pages


class Mark(NamedTuple):
    """How one method looks on a chart."""

    name: str
    colour: str
    symbol: str


FP32 = Mark("FP32, the baseline", NEUTRAL, "cross")
HALF = Mark("float16 weights", "#009E73", "square")
METHODS = {
    "nearest": Mark("nearest", "#0072B2", "circle"),
    "mse": Mark("mse", "#D55E00", "diamond"),
    "equalize": Mark("equalize", "#3C9BD0", "triangle-down"),
    "gptq": Mark("gptq", "#CC79A7", "triangle-up"),
    "adaround": Mark("adaround", "#B8860B", "star"),
    "brecq": Mark("brecq", "#9467BD", "pentagon"),
    "qdrop": Mark("qdrop", "#3A9D5D", "hexagon"),
}
OTHERS = (
    Mark("", "#3C9BD0", "triangle-up"),
    Mark("", "#B8860B", "triangle-down"),
    Mark("", "#009E73", "pentagon"),
)

# Columns of a comparison, the first of which the others are held against.
COLUMNS = (
    Mark("A", NEUTRAL, "cross"),
    Mark("B", "#0072B2", "circle"),
    Mark("C", "#D55E00", "diamond"),
    Mark("D", "#009E73", "square"),
    Mark("E", "#CC79A7", "triangle-up"),
    Mark("F", "#B8860B", "star"),
)


def mark(measured: Point) -> Mark:
    """The mark of a point: one a method, and FP32 its own."""
    recipe = measured.recipe
    if recipe.is_fp32:
        return FP32
    if recipe.least_weights >= 16:
        return HALF
    if recipe.method in METHODS:
        return METHODS[recipe.method]
    other = OTHERS[sum(map(ord, recipe.method)) % len(OTHERS)]
    return other._replace(name=recipe.method)


# A method keeps its colour and symbol over all models; a model is how the symbol is filled.
FILLS = ("", "-open", "-open-dot", "-dot")


def filled(symbol: str, model: int) -> str:
    """The symbol of the model at that place, the first one solid. Beyond four they repeat, and
    the names beside the dots tell."""
    return symbol + FILLS[model % len(FILLS)]
