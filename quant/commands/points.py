"""`points`: what was measured."""

from __future__ import annotations

from models.workload import workload as named
from quant.budgets import Budgets
from quant.commands.judging import told
from quant.commands.options import words
from quant.commands.show import json_line, table
from quant.draws import dots
from quant.errors import RequestError
from quant.pareto import OBJECTIVES, fronts
from quant.rows import csv_text
from quant.runtimes import checked, choice_of
from quant.store import open_store


def run(
    workload: str | None,
    front: str | None,
    budgets: Budgets,
    runtime: str | None = None,
    *,
    as_json: bool,
    as_csv: bool,
) -> None:
    """Print a line a point, or only those that nothing dominates, or of one runtime.

    Raises:
        BitfrontError: an unknown workload or objective, or a store that cannot be read.
    """
    if as_json and as_csv:
        raise RequestError("--json and --csv were both given; the output has one form, give one")
    if workload is not None:
        named(workload)
    if runtime is not None:
        checked(runtime)
    objectives = None if front is None else _objectives(front)
    with open_store() as store:
        measurements = [
            one for one in store.points(workload) if runtime in (None, choice_of(one.runtime))
        ]
        said = told(store, measurements, budgets)
    if objectives is not None:
        measurements = fronts(dots(measurements), objectives)
    rows = [said.rows[one.identity] for one in measurements]
    if as_json:
        for row in rows:
            print(json_line(row))
    elif as_csv:
        print(csv_text(rows), end="")
    elif measurements:
        print(table(measurements, with_places=True, rows=rows))
        print(*said.sentences, sep="\n")
    else:
        print("Nothing was measured yet: python -m quant sweep fashion-resnet")


def _objectives(front: str) -> list[str]:
    found = words("--front", front)
    for word in found:
        if word not in OBJECTIVES:
            raise RequestError(f"--front must be of {', '.join(OBJECTIVES)}; got {word!r}")
    return found
