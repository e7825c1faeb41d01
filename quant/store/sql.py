"""The store in a SQL database."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Self

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from quant.errors import StoreError
from quant.jobs.requests import LostLease, SweepRequest, SweepStatus, Task, TaskStatus, Took
from quant.points import Points
from quant.recipe import Recipe
from quant.records import Measurement
from quant.store import (
    columns,
    leases,
    measurements,
    progress,
    schema,
    sweeps,
    tasks,
    transfer,
    views,
)
from quant.store.faults import in_words
from quant.store.protocol import Kept, Merged, Same, Stamp


class SqlStore:
    """See quant.store.protocol; `clock` gives seconds since 1970."""

    def __init__(
        self, engine: Engine, place: str, read_only: bool, clock: Callable[[], float] = time.time
    ) -> None:
        self.read_only = read_only
        self._engine = engine
        self._place = place
        self._clock = clock

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with in_words(self._place), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def _writing(self, *, points: bool = False) -> Iterator[Connection]:
        if self.read_only:
            raise StoreError(
                f"the store {self._place} is open for reading only; set BITFRONT_HOME or "
                "DATABASE_URL to a store that you may write to"
            )
        stamp = schema.stamp
        values = {"sweeps": stamp.c.sweeps + 1, "points": stamp.c.points + int(points)}
        with in_words(self._place), self._engine.connect() as plain:
            connection = plain.execution_options(writes=True)
            with connection.begin():
                # First of all: its row is the lock that writers queue at.
                connection.execute(sa.update(stamp).values(values))
                yield connection

    def append(self, measurement: Measurement, predictions: bytes | None = None) -> int:
        with self._writing(points=True) as connection:
            return measurements.insert(connection, measurement, predictions)

    def points(
        self, workload: str | None = None, *, with_outcomes: bool = False
    ) -> list[Measurement]:
        with self._reading() as connection:
            ids = sorted(connection.execute(measurements.shown_ids(workload)).scalars())
            if with_outcomes:
                return self._in_order(measurements.whole(connection, ids), ids)
            return self._in_order(measurements.payloads(connection, ids), ids)

    def figures(self, after: int = 0) -> Points:
        with self._reading() as connection:
            return columns.read(connection, after)

    def measurement(self, identity: str) -> Measurement | None:
        key, machine_id, runtime = _parts(identity)
        return self.find(key, machine_id, runtime)

    def history(self, key: str) -> list[Measurement]:
        with self._reading() as connection:
            ids = measurements.key_ids(connection, key)
            return self._in_order(measurements.whole(connection, ids), ids)

    def find(self, key: str, machine_id: str, runtime: str, least_n: int = 1) -> Measurement | None:
        with self._reading() as connection:
            number = measurements.newest_id(connection, key, machine_id, runtime, least_n)
            return None if number is None else measurements.whole(connection, [number])[number]

    def predictions(self, identity: str) -> bytes | None:
        with self._reading() as connection:
            number = measurements.newest_id(connection, *_parts(identity))
            return None if number is None else measurements.content(connection, number)

    def version_stamp(self) -> Stamp:
        stamp = schema.stamp.c
        with self._reading() as connection:
            row = connection.execute(sa.select(stamp.store, stamp.points, stamp.sweeps)).one()
        return Stamp(*row)

    def submit(self, request: SweepRequest, most_waiting: int | None = None) -> str:
        with self._writing() as connection:
            return sweeps.submit(connection, request, self._clock(), most_waiting)

    def submit_first(self, request: SweepRequest) -> str | None:
        with self._writing() as connection:
            if not sweeps.is_untouched(connection, request.workload):
                return None
            return sweeps.submit(connection, request, self._clock())

    def claim(self, worker: str, lease_seconds: float, sweep: str | None = None) -> Task | None:
        if not self.waiting():
            return None
        with self._writing() as connection:
            return tasks.claim(connection, worker, lease_seconds, sweep, self._clock())

    def renew(self, task: Task, lease_seconds: float, fraction: float, step: str) -> bool:
        with self._writing() as connection:
            return tasks.renew(connection, task, lease_seconds, fraction, step, self._clock())

    def note(self, task: Task, text: str) -> None:
        with self._writing() as connection:
            tasks.note(connection, task, text)

    def finish(self, task: Task, measurement: Measurement, predictions: bytes | None) -> int:
        with self._writing(points=True) as connection:
            number = measurements.insert(connection, measurement, predictions)
            if not tasks.done(connection, task, self._clock(), number, reused=False):
                raise LostLease(f"task {task.id} is no longer held by attempt {task.attempt}")
            return number

    def reuse(self, task: Task, measurement: Measurement) -> None:
        key, machine_id, runtime = measurement.key, measurement.machine.id, measurement.runtime
        with self._writing() as connection:
            number = measurements.newest_id(connection, key, machine_id, runtime)
            if number is None:
                raise LookupError(f"the store has no measurement {measurement.id}")
            if not tasks.done(connection, task, self._clock(), number, reused=True):
                raise LostLease(f"task {task.id} is no longer held by attempt {task.attempt}")

    def fail(self, task: Task, sentence: str, trace: str = "", *, broke: bool = False) -> None:
        with self._writing() as connection:
            tasks.fail(connection, task, self._clock(), sentence, trace=trace, broke=broke)

    def release(self, task: Task, sentence: str, *, counted: bool = True) -> None:
        with self._writing() as connection:
            now = self._clock()
            leases.give_back(connection, task.id, task.fence, sentence, now, counted=counted)

    def workers(self) -> list[str]:
        with self._reading() as connection:
            return leases.workers(connection)

    def abandon(self, worker: str) -> None:
        with self._writing() as connection:
            leases.abandon(connection, worker, self._clock())

    def cancel(self, sweep: str) -> None:
        with self._writing() as connection:
            sweeps.cancel(connection, sweep, self._clock())

    def retry(self, sweep: str) -> int:
        with self._writing() as connection:
            return sweeps.retry(connection, sweep)

    def prioritise(self, sweep: str, priority: int) -> None:
        with self._writing() as connection:
            sweeps.prioritise(connection, sweep, priority)

    def waiting(self) -> bool:
        with self._reading() as connection:
            return tasks.any_waiting(connection, self._clock())

    def sweeps(self, limit: int = 20, workload: str | None = None) -> list[SweepStatus]:
        with self._reading() as connection:
            rows = sweeps.newest(connection, limit, workload)
            return progress.statuses(connection, rows, self._clock())

    def open_sweeps(self) -> list[SweepStatus]:
        with self._reading() as connection:
            return progress.statuses(connection, sweeps.open_ones(connection), self._clock())

    def sweep(self, sweep: str) -> SweepStatus | None:
        with self._reading() as connection:
            found = progress.statuses(connection, sweeps.one(connection, sweep), self._clock())
        return found[0] if found else None

    def tasks(self, sweep: str) -> list[TaskStatus]:
        with self._reading() as connection:
            return progress.task_statuses(connection, sweep, self._clock())

    def log(self, task: int) -> str:
        with self._reading() as connection:
            return tasks.log(connection, task)

    def results(self, sweep: str) -> list[Measurement]:
        with self._reading() as connection:
            ids = sweeps.result_ids(connection, sweep)
            return self._in_order(measurements.payloads(connection, ids), ids)

    def durations(self, workload: str, limit: int = 50) -> list[Took]:
        with self._reading() as connection:
            rows = tasks.newest_done(connection, workload, limit)
        return [
            Took(Recipe.from_json(row.recipe), float(row.finished_at - row.started_at), row.n)
            for row in rows
        ]

    def every(
        self, workloads: Sequence[str] | None = None, *, with_predictions: bool = True
    ) -> Iterator[Kept]:
        with self._reading() as connection:
            yield from transfer.every(connection, workloads, with_predictions)

    def known(self, keys: Sequence[str]) -> set[Same]:
        with self._reading() as connection:
            return set(transfer.known(connection, keys))

    def merge(self, kept: Iterable[Kept]) -> Merged:
        with self._writing(points=True) as connection:
            return transfer.merge(connection, kept)

    def keep_view(self, query: str) -> str:
        views.refuse_large(query)
        with self._reading() as connection:
            identity, is_kept = views.name(connection, query)
        if is_kept:
            return identity
        with self._writing() as connection:
            return views.keep(connection, query, self._clock())

    def view_query(self, identity: str) -> str | None:
        with self._reading() as connection:
            return views.find(connection, identity)

    def close(self) -> None:
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @staticmethod
    def _in_order(found: dict[int, Measurement], ids: Sequence[int]) -> list[Measurement]:
        return [found[number] for number in ids]


def _parts(identity: str) -> tuple[str, str, str]:
    """Key, machine and runtime of a `Measurement.id`; a mangled one names nothing."""
    key, _, rest = identity.partition("@")
    machine_id, _, runtime = rest.partition("@")
    return key, machine_id, runtime
