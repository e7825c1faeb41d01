"""How long what waits and runs will take, by what was measured last."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy.engine import Connection

from quant.jobs.expected import Expected, kind
from quant.jobs.requests import EXPLAIN, MEASURE
from quant.recipe import Recipe
from quant.store import tasks
from quant.store.pace import Pace
from quant.timing import USUAL, Timing

REMEMBERED = 50
FIRST_SECONDS = {EXPLAIN: 15.0}  # of what was not yet done of a workload


class Remaining:
    """Reads each workload's newest points once; made anew for each question.

    Tasks are given as rows with workload, recipe, purpose, batch and threads, and what runs with
    what Pace asks for.
    """

    def __init__(self, connection: Connection) -> None:
        self._rows = cache(
            lambda workload: tasks.newest_done(connection, str(workload), REMEMBERED)
        )
        self._other = cache(
            lambda workload, purpose: tasks.purpose_seconds(connection, workload, purpose)
        )
        self._history = cache(lambda workload: tasks.took(self._rows(workload)))
        self._seconds: dict[tuple[str, str], float | None] = {}
        self._paces: dict[tuple[str, str], Pace] = {}

    def seconds(self, row: Any) -> float | None:
        """How long all of a point should take; None where nothing tells."""
        if row.purpose != MEASURE:
            return self._other(row.workload, row.purpose) or FIRST_SECONDS.get(row.purpose)
        recipe = Recipe.from_json(row.recipe)
        # At another batch the file is most likely there, and nothing but its latency is wanted.
        again = Timing(row.batch, row.threads) != USUAL
        name = (row.workload, "timing" if again else kind(recipe))
        if name not in self._seconds:
            expected = Expected(row.workload, self._history)
            found = expected.timing() if again else expected.of(recipe)
            self._seconds[name] = found.seconds if found else None
        return self._seconds[name]

    def left(self, row: Any, now: float) -> float | None:
        """Seconds until what runs should end."""
        return self._pace(row).point_left(row, now, self.seconds(row))

    def step_left(self, row: Any, now: float) -> float | None:
        """Seconds until the running step should end."""
        return self._pace(row).step_left(row, now)

    def _pace(self, row: Any) -> Pace:
        if row.purpose != MEASURE:
            return Pace.of([])
        recipe = Recipe.from_json(row.recipe)
        name = (row.workload, kind(recipe))
        if name not in self._paces:
            both = list(zip(self._rows(row.workload), self._history(row.workload), strict=True))
            alike = [one for one, took in both if kind(took.recipe) == kind(recipe)]
            rest = [one for one, took in both if not took.recipe.learns]
            self._paces[name] = Pace.of(alike or rest, whole=bool(alike) or not recipe.learns)
        return self._paces[name]
