"""`points`: what was measured."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from models.workload import workload as named
from quant import advice, pareto
from quant.budgets import Budgets
from quant.commands.options import words
from quant.commands.show import json_line, table
from quant.errors import RequestError
from quant.grounds import select
from quant.judged import rows as judged_rows
from quant.pareto import OBJECTIVES, fronts
from quant.records import Measurement
from quant.rows import csv_text
from quant.selection import MOST_ROWS, Filters
from quant.store import Right, Shown, Store, open_store


def run(
    workload: str | None, front: str | None, budgets: Budgets, *, as_json: bool, as_csv: bool
) -> None:
    """Print a line a point, or only those that nothing dominates.

    Raises:
        BitfrontError: an unknown workload or objective, or a store that cannot be read.
    """
    if as_json and as_csv:
        raise RequestError("--json and --csv were both given; the output has one form, give one")
    if workload is not None:
        named(workload)
    objectives = None if front is None else _objectives(front)
    with open_store() as store:
        measurements = store.points(workload)
        told = _told(store, measurements, budgets)
    if objectives is not None:
        measurements = fronts(measurements, objectives)
    rows = [told.rows[one.id] for one in measurements]
    if as_json:
        for row in rows:
            print(json_line(row))
    elif as_csv:
        print(csv_text(rows), end="")
    elif measurements:
        print(table(measurements, with_places=True, rows=rows))
        print(*told.sentences, sep="\n")
    else:
        print("Nothing was measured yet: python -m quant sweep fashion-resnet")


class _Told(NamedTuple):
    """Rows by id, and a few sentences on each set of points that is compared at once."""

    rows: dict[str, dict[str, Any]]
    sentences: list[str]


def _told(store: Store, measurements: Sequence[Measurement], budgets: Budgets) -> _Told:
    shown, right, now = Shown(store), Right(store), store.version_stamp()
    grouped = {ground: list(points) for ground, points in pareto.grouped(measurements).items()}
    rows: dict[str, dict[str, Any]] = {}
    sentences = []
    for ground, points in grouped.items():
        selection = select(shown.of(ground.workload, now), {}, ground, Filters())
        compared = selection.compared(budgets, MOST_ROWS, right.of)
        judged = judged_rows(points, selection, budgets, right.of)
        rows |= {point.id: row for point, row in zip(points, judged, strict=True)}
        advised = advice.why(selection.recommendation(budgets), budgets, compared)
        place = f"{ground.workload} on {points[0].machine.label}, {ground.runtime}"
        sentences.append(f"{place}: {advised.replace('**', '')}")
    return _Told(rows, sentences)


def _objectives(front: str) -> list[str]:
    found = words("--front", front)
    for word in found:
        if word not in OBJECTIVES:
            raise RequestError(f"--front must be of {', '.join(OBJECTIVES)}; got {word!r}")
    return found
