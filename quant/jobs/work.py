"""One task from claim to end, whatever happens in between."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from quant.jobs.executor import (
    Executor,
    Identity,
    Known,
    Outcome,
    OverLimit,
    Refused,
    TaskBroke,
    WorkerDied,
)
from quant.jobs.requests import LostLease, Task
from quant.shelf import shelf
from quant.store import Store

# Longer than a writer waits for a locked store, many times longer than a beat.
LEASE_SECONDS = 30.0

Telling = Callable[[Task, str, float], None]
log = logging.getLogger(__name__)


class Attempt:
    """One attempt at one task, watched for the store."""

    def __init__(self, store: Store, task: Task, home: Path, tell: Telling | None = None) -> None:
        self._store = store
        self._task = task
        self._home = home
        self._tell = tell

    def beat(self, step: str, fraction: float) -> bool:
        if self._tell is not None:
            self._tell(self._task, step, fraction)
        return self._store.renew(self._task, LEASE_SECONDS, fraction, step)

    def known(self, identity: Identity) -> Known | None:
        point = identity.key, identity.machine_id, identity.runtime, identity.n
        found = self._store.find(*point, timed=(identity.batch, identity.threads))
        found = found or self._store.find(*point)
        # A point without its file cannot be downloaded: measure it again.
        if found is None or shelf(self._home).find(found.artifact) is None:
            return None
        if identity.is_of(found):
            return found, None
        return found, self._store.predictions(found.id, (found.batch, found.threads))


def carry_out(
    store: Store, executor: Executor, task: Task, home: Path, tell: Telling | None = None
) -> None:
    """Run a claimed task and write down how it ended.

    Raises:
        StoreError: the store cannot take the result; the lease then runs out.
    """
    try:
        outcome = _run(store, executor, task, Attempt(store, task, home, tell))
    except LostLease:
        log.info("task %s of %s stopped", task.id, task.workload)
    except WorkerDied as exc:
        log.warning("task %s: %s", task.id, exc)
        store.release(task, str(exc))
    except TaskBroke as exc:
        log.error("task %s broke\n%s", task.id, exc.log)
        store.fail(task, f"a bug stopped it ({exc}); its log says where", exc.log, broke=True)
    except (Refused, OverLimit) as exc:
        log.warning("task %s: %s", task.id, exc)
        store.fail(task, str(exc))
    except KeyboardInterrupt:
        store.release(task, "interrupted", counted=False)
        raise
    else:
        _write_down(store, task, outcome)


def _run(store: Store, executor: Executor, task: Task, attempt: Attempt) -> Outcome:
    """Run, and keep what was printed meanwhile with the task."""
    try:
        return executor.run(task, attempt)
    finally:
        if said := executor.said():
            store.note(task, said)


def _write_down(store: Store, task: Task, outcome: Outcome) -> None:
    try:
        if outcome.breakdown is not None:
            store.explained(task, outcome.breakdown)
        elif outcome.rated is not None:
            store.rated(task, outcome.rated)
        elif outcome.measurement is None:
            raise TypeError("the worker answered without a measurement")
        elif outcome.known:
            store.reuse(task, outcome.measurement)
        else:
            store.finish(task, outcome.measurement, outcome.predictions)
    except LostLease:
        log.info("task %s ended after its lease; its result is left aside", task.id)
    else:
        log.info("task %s: %s %s", task.id, task.workload, task.recipe.label)
