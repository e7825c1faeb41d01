"""Measurements out of their table as columns, without their documents."""

from __future__ import annotations

from sys import intern
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from quant.points import REAL, Indices, Place, Points
from quant.store.schema import measurement as table

AT_ONCE = 5000  # rows, so that 100,000 of them are never all there as Python values
PLACE = (
    "workload", "data", "data_id", "machine_id", "machine", "runtime", "batch", "threads",
    "executed_by", "metric",
)  # fmt: skip
VALUES = ("id", "key", "recipe", "weights", "activations", "method", "measured_at", "n")


def read(connection: Connection, after: int) -> Points:
    """All rows with a higher number than `after`, oldest first."""
    names = (*PLACE, *VALUES, *(name.replace("drop", "loss") for name in REAL))
    query = sa.select(*(table.c[name] for name in names)).where(table.c.id > after)
    rows = connection.execute(query.order_by(table.c.id))
    places: dict[tuple[Any, ...], Place] = {}
    parts = [_columns(part, places) for part in rows.partitions(AT_ONCE)]
    return Points.joined(parts) if parts else Points.of(())


def shown(points: Points) -> Indices:
    """The rule of what is shown, for one workload: per point, machine, runtime, batch and threads
    the newest of those with the largest n; in the order of rows.
    """
    ordered = np.lexsort((points.numbers, points.n, points.timings, points.marks))
    marks, timings = points.marks[ordered], points.timings[ordered]
    last = np.ones(len(marks), np.bool_)
    last[:-1] = (marks[1:] != marks[:-1]) | (timings[1:] != timings[:-1])
    kept = ordered[last]
    return kept[points.numbers[kept].argsort()]


def _columns(rows: Any, places: dict[tuple[Any, ...], Place]) -> Points:
    columns = list(zip(*rows, strict=True))
    values = dict(zip((*VALUES, *REAL), columns[len(PLACE) :], strict=True))
    stated = list(zip(*columns[: len(PLACE)], strict=True))
    for words in set(stated) - set(places):
        places[words] = Place(*words)
    return Points.build(
        numbers=values.pop("id"),
        places=[places[words] for words in stated],
        method=[intern(word) for word in values.pop("method")],
        **values,
    )
