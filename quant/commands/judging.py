"""What commands say of points beside each other, as Explore does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from quant import advice, judged, pareto
from quant.budgets import Budgets
from quant.grounds import select
from quant.point import mark
from quant.records import Measurement
from quant.selection import MOST_ROWS, Filters
from quant.store import Right, Shown, Store
from quant.timing import in_threads


class Told(NamedTuple):
    """Rows by identity, see `quant.judged`, and a sentence or two on each set that is compared."""

    rows: dict[tuple[str, int, int], dict[str, Any]]
    sentences: list[str]


def told(
    store: Store, measured: Sequence[Measurement], budgets: Budgets, *, alone: bool = False
) -> Told:
    """Each beside all that the store shows of its model on its machine and runtime; if `alone`,
    beside one another."""
    shown, right, now = Shown(store), Right(store), store.version_stamp()
    marks = np.array([mark(one.id) for one in measured], np.uint64)
    rows: dict[tuple[str, int, int], dict[str, Any]] = {}
    sentences = []
    for ground, points in pareto.grouped(measured).items():
        columns = shown.of(ground.workload, now)
        if alone:
            columns = columns.take(np.isin(columns.marks, marks))
        selection = select(columns, {}, ground, Filters())
        compared = selection.compared(budgets, MOST_ROWS, right.of)
        found = judged.rows(points, selection, budgets, right.of)
        rows |= {point.identity: row for point, row in zip(points, found, strict=True)}
        advised = advice.why(selection.recommendation(budgets), budgets, compared)
        timed = f"batch {ground.batch}, {in_threads(ground.threads)}"
        place = f"{ground.workload} on {points[0].machine.label}, {ground.runtime}, {timed}"
        sentences.append(f"{place}: {advised.replace('**', '')}")
    return Told(rows, sentences)
