"""Points and questions for the words of a recommendation."""

from __future__ import annotations

from typing import Any

from quant.budgets import Budgets
from quant.point import Figures
from quant.points import Points
from quant.present.asked import Asked
from quant.recipe import Recipe
from tests.pages.samples import measurement, sweep

HALF = Budgets(drop=0.005)
FP32 = measurement(Recipe.fp32())


def one(recipe: Recipe | None = None, **changes: Any) -> Figures:
    """A point in its figures."""
    return Points.of([measurement(recipe, **changes)]).figures([0])[0]


def lossy(drop: float, half: float, recipe: Recipe | None = None, **changes: Any) -> Figures:
    """A loss with its interval, fractions of 1."""
    return one(recipe, drop=drop, drop_low=drop - half, drop_high=drop + half, **changes)


def many() -> Points:
    return Points.of(sweep())


def asked(budgets: Budgets = HALF, **changes: Any) -> Asked:
    return Asked(budgets, **changes)


def no_energy(point: Figures) -> float | None:
    return None
