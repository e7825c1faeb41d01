"""Run one sweep to its end in this process, beside whoever else works on it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from quant.jobs.executor import Executor
from quant.jobs.presence import release_the_dead, worker_name
from quant.jobs.requests import SweepStatus, Task
from quant.jobs.work import LEASE_SECONDS, carry_out
from quant.records import Measurement
from quant.store import Store

POLL_SECONDS = 0.2

Telling = Callable[[SweepStatus], None]


def work_through(
    store: Store, executor: Executor, sweep: str, home: Path, tell: Telling
) -> Iterator[Measurement]:
    """Each measurement of a sweep as it comes, measured here or by a dispatcher.

    `tell` hears how far the sweep is. Stopping early leaves the rest queued: see `Store.cancel`.
    """
    seen: set[tuple[str, int, int]] = set()
    pause = threading.Event()

    def told(_task: Task, _step: str, _fraction: float) -> None:
        tell(_status(store, sweep))

    while True:
        status = _status(store, sweep)
        tell(status)
        for measurement in store.results(sweep):
            timed = measurement.key, measurement.batch, measurement.threads
            if timed not in seen:
                seen.add(timed)
                yield measurement
        if status.is_over:
            return
        release_the_dead(store)
        task = store.claim(worker_name(), LEASE_SECONDS, sweep)
        if task is None:
            pause.wait(POLL_SECONDS)
        else:
            carry_out(store, executor, task, home, told)


def _status(store: Store, sweep: str) -> SweepStatus:
    status = store.sweep(sweep)
    if status is None:
        raise LookupError(f"sweep {sweep} is not in the store")
    return status
