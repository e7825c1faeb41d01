"""What files of fewer and fewer bits said of one picture, as it was stored when they were
measured."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from quant.point import Figures as Point
from quant.recipe import Recipe
from quant.samples import Integers, Samples

WIDTHS = (8, 7, 6, 5, 4, 3, 2)  # of weights
MOST_ROWS = 200  # pictures to leaf through


@dataclass(frozen=True, slots=True)
class Answer:
    """`predicted` is a class index, `confidence` 0 to 1; `bits` 32 is FP32."""

    bits: int
    predicted: int
    confidence: float


def alike(recipes: Sequence[Recipe], like: Recipe) -> dict[int, Recipe]:
    """By width of weights, the recipes that differ from `like` in it alone; none with layers of
    their own."""
    found = {one.weights: one for one in recipes if one.weights in WIDTHS and _same(one, like)}
    return {bits: found[bits] for bits in WIDTHS if bits in found}


def _same(one: Recipe, like: Recipe) -> bool:
    return replace(one, weights=WIDTHS[0]) == replace(like, weights=WIDTHS[0])


def best(points: Sequence[Point]) -> dict[int, Point]:
    """By width of weights, the point that loses least, however it was rounded; with activations of
    eight bits where there is such."""
    found: dict[int, Point] = {}
    for one in sorted(points, key=lambda one: (one.recipe.activations != 8, one.drop)):
        if one.recipe.weights in WIDTHS and not one.recipe.is_mixed:
            found.setdefault(one.recipe.weights, one)
    return found


def families(recipes: Sequence[Recipe]) -> list[Recipe]:
    """One recipe of each family that `alike` finds, that with most widths first; of equal ones
    that with activations of eight bits."""
    plain = [one for one in recipes if one.weights in WIDTHS and not one.is_mixed]
    once: dict[Recipe, Recipe] = {}
    for one in plain:
        once.setdefault(replace(one, weights=WIDTHS[0]), one)
    return sorted(
        once.values(),
        key=lambda one: (-len(alike(recipes, one)), one.activations != 8, one.label),
    )


def missing(there: Collection[int], like: Recipe) -> tuple[Recipe, ...]:
    """The recipes of that family at widths that are not there, widest first."""
    return tuple(replace(like, weights=bits) for bits in WIDTHS if bits not in there)


def answers(said: Mapping[int, Samples], row: int) -> tuple[Answer, ...]:
    """One an available width, widest first, of the picture at that place."""
    return tuple(
        Answer(bits, int(one.predictions[row]), float(one.confidence[row]))
        for bits, one in sorted(said.items(), reverse=True)
        if row < len(one)
    )


def worth_a_look(said: Mapping[int, Samples], labels: Integers | None) -> list[int]:
    """Places of pictures: first those that the widest file has right and the narrowest does not,
    then others that the two disagree on, then what the widest has right; of equal ones those that
    it is surest of."""
    n = min(map(len, said.values()), default=0)
    if not n:
        return []
    widest, narrowest = said[max(said)], said[min(said)]
    changed = widest.predictions[:n] != narrowest.predictions[:n]
    right = np.ones(n, bool) if labels is None else widest.predictions[:n] == labels[:n]
    order = np.lexsort((-widest.confidence[:n], ~right, ~changed, ~(right & changed)))
    rows: list[int] = order[:MOST_ROWS].tolist()
    return rows
