"""Calibration draws: one recipe with several seeds, each a file of its own, shown as one dot."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from statistics import fmean, stdev

import numpy as np

from quant.points import Mask, Points
from quant.recipe import Recipe
from quant.records import Measurement

MOST_DRAWS = 10
SEED = re.compile(r'"seed":(\d+)')
ZERO = '"seed":0,'  # as Recipe.canonical writes it
Rows = dict[tuple[int, str], list[tuple[int, int]]]  # seeds and rows, by place and recipe


@dataclass(frozen=True, slots=True)
class Spread:
    """Over the draws of one recipe; `sd` is the standard deviation of one draw."""

    mean: float
    sd: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Iterable[float | None]) -> Spread | None:
        """None of fewer than two numbers."""
        found = [value for value in values if value is not None and isfinite(value)]
        if len(found) < 2:
            return None
        return cls(fmean(found), stdev(found), min(found), max(found))


@dataclass(frozen=True, slots=True)
class Draws:
    """The files of one recipe in the order of their seeds; the first one is the dot.

    `accuracies` are fractions of 1.
    """

    ids: tuple[str, ...]
    seeds: tuple[int, ...]
    accuracies: tuple[float, ...]

    def __len__(self) -> int:
        return len(self.seeds)

    @property
    def accuracy(self) -> Spread | None:
        return Spread.of(self.accuracies)

    def sqnr_db(self, kept: Mapping[str, Measurement]) -> Spread | None:
        """Of the logits' signal to noise, among measurements that are at hand by id."""
        return Spread.of(kept[one].sqnr_db for one in self.ids if one in kept)


def drawn(recipes: Iterable[Recipe], count: int) -> tuple[Recipe, ...]:
    """Each recipe with its seed and those that follow; once where no picture changes the file.

    Seed by seed: calibration with one seed serves all widths, and the dots come first.
    """
    listed = tuple(recipes)
    each = (replace(one, seed=one.seed + step) for step in range(count) for one in listed)
    return tuple(dict.fromkeys(each))


def is_first(points: Points) -> Mask:
    """Which rows stand for the draws of their recipe: those with its smallest seed."""
    found = np.ones(len(points), np.bool_)
    for rows in _grouped(points).values():
        least = min(seed for seed, _ in rows)
        found[[row for seed, row in rows if seed > least]] = False
    return found


def dots(measured: Sequence[Measurement]) -> list[Measurement]:
    """Those that a chart shows: without further draws."""
    first = is_first(Points.of(measured)).tolist()
    return [one for one, is_dot in zip(measured, first, strict=True) if is_dot]


def draws(points: Points) -> dict[str, Draws]:
    """Of recipes with more than one draw, by the id of the first."""
    found = {}
    for rows in _grouped(points).values():
        newest = dict(sorted(rows, key=lambda one: str(points.measured_at[one[1]])))
        if len(newest) > 1:
            seeds = sorted(newest)
            some = points.figures([newest[seed] for seed in seeds])
            accuracies = tuple(one.accuracy for one in some)
            found[some[0].id] = Draws(tuple(one.id for one in some), tuple(seeds), accuracies)
    return found


def _grouped(points: Points) -> Rows:
    """Recipes of which there are seeds other than zero. Mostly there are none: of 100,000 points
    only the text is looked at."""
    texts = [one if isinstance(one, str) else one.canonical for one in points.recipe.tolist()]
    places = points.where.tolist()
    found: Rows = {}
    for row, text in enumerate(texts):
        if ZERO not in text:
            seed = SEED.search(text)
            group = places[row], SEED.sub(ZERO[:-1], text)
            found.setdefault(group, []).append((int(seed[1]) if seed else 0, row))
    if found:
        for row, text in enumerate(texts):
            if ZERO in text and (group := (places[row], text)) in found:
                found[group].append((0, row))
    return found
