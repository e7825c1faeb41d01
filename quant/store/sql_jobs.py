"""Sweeps and tasks in a SQL database."""

from __future__ import annotations

from quant.breakdown.record import Breakdown
from quant.jobs.requests import LostLease, SweepRequest, SweepStatus, Task, TaskStatus, Took
from quant.records import Measurement
from quant.sensitivity.rated import Rated
from quant.store import breakdowns, leases, measurements, progress, sensitivities, sweeps, tasks
from quant.store.connected import Connected


class SqlJobs(Connected):
    """See quant.store.protocol."""

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

    def explained(self, task: Task, breakdown: Breakdown) -> None:
        with self._writing(points=True) as connection:
            breakdowns.insert(connection, breakdown)
            if not tasks.done(connection, task, self._clock(), None, reused=False):
                raise LostLease(f"task {task.id} is no longer held by attempt {task.attempt}")

    def rated(self, task: Task, found: Rated) -> None:
        with self._writing(points=True) as connection:
            sensitivities.insert(connection, found)
            if not tasks.done(connection, task, self._clock(), None, reused=False):
                raise LostLease(f"task {task.id} is no longer held by attempt {task.attempt}")

    def reuse(self, task: Task, measurement: Measurement) -> None:
        key, machine_id, runtime = measurement.key, measurement.machine.id, measurement.runtime
        timed = measurement.batch, measurement.threads
        with self._writing() as connection:
            number = measurements.newest_id(connection, key, machine_id, runtime, timed=timed)
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
            return measurements.in_order(measurements.payloads(connection, ids), ids)

    def durations(self, workload: str, limit: int = 50) -> list[Took]:
        with self._reading() as connection:
            return tasks.took(tasks.newest_done(connection, workload, limit))
