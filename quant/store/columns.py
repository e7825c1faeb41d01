"""Measurements out of their table as columns, without their documents."""

from __future__ import annotations

from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from quant.points import REAL, Indices, Place, Points
from quant.recipe import Recipe
from quant.store.schema import measurement as table

AT_ONCE = 5000  # rows, so that 100,000 of them are never all there as Python values
PLACE = ("workload", "data", "data_id", "machine_id", "machine", "runtime")
VALUES = ("id", "key", "recipe", "measured_at", "n")


def read(connection: Connection, after: int) -> Points:
    """All rows with a higher number than `after`, oldest first."""
    names = (*PLACE, *VALUES, *(name.replace("drop", "loss") for name in REAL))
    query = sa.select(*(table.c[name] for name in names)).where(table.c.id > after)
    rows = connection.execute(query.order_by(table.c.id))
    recipes: dict[str, Recipe] = {}
    places: dict[tuple[str, ...], Place] = {}
    parts = [_columns(part, recipes, places) for part in rows.partitions(AT_ONCE)]
    return Points.joined(parts) if parts else Points.of(())


def shown(points: Points) -> Indices:
    """The rule of what is shown, for one workload: per point, machine and runtime the newest of
    those with the largest n; in the order of rows.
    """
    ordered = np.lexsort((points.numbers, points.n, points.marks))
    marks = points.marks[ordered]
    last = np.ones(len(marks), np.bool_)
    last[:-1] = marks[1:] != marks[:-1]
    kept = ordered[last]
    return kept[points.numbers[kept].argsort()]


def _columns(rows: Any, recipes: dict[str, Recipe], places: dict[tuple[str, ...], Place]) -> Points:
    columns = list(zip(*rows, strict=True))
    number, key, recipe, measured_at, n, *real = columns[len(PLACE) :]
    for text in set(recipe) - set(recipes):
        recipes[text] = Recipe.from_json(text)
    stated = list(zip(*columns[: len(PLACE)], strict=True))
    for words in set(stated) - set(places):
        places[words] = Place(*words)
    return Points.build(
        numbers=number,
        places=[places[words] for words in stated],
        key=key,
        recipe=[recipes[text] for text in recipe],
        measured_at=measured_at,
        n=n,
        **dict(zip(REAL, real, strict=True)),
    )
