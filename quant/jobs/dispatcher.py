"""The process that runs what waits in the store: `python -m quant.jobs`.

One at a time on a home folder; it leaves when nothing has waited for a while.
"""

from __future__ import annotations

import logging
import sys
import threading
import time
from pathlib import Path

from filelock import FileLock, Timeout

from quant.errors import BitfrontError
from quant.jobs.executor import Executor
from quant.jobs.local import LocalExecutor
from quant.jobs.presence import release_the_dead, worker_name
from quant.jobs.submit import dispatcher_lock
from quant.jobs.work import LEASE_SECONDS, carry_out
from quant.settings import settings
from quant.store import Store, open_store

POLL_SECONDS = 0.3
log = logging.getLogger(__name__)


def serve(store: Store, executor: Executor, home: Path, idle_seconds: float) -> None:
    """Claim and run tasks until nothing has waited for `idle_seconds`."""
    worked = time.monotonic()
    pause = threading.Event()
    while time.monotonic() - worked <= idle_seconds and home.is_dir():
        release_the_dead(store)
        task = store.claim(worker_name(), LEASE_SECONDS)
        if task is None:
            pause.wait(POLL_SECONDS)
            continue
        log.info("task %s: %s %s, attempt %s", task.id, task.workload, task.recipe.label,
                 task.attempt)  # fmt: skip
        carry_out(store, executor, task, home)
        worked = time.monotonic()


def dispatch(store: Store, executor: Executor, home: Path, idle_seconds: float) -> None:
    """Serve as the only dispatcher of this home folder; return if there is one."""
    lock: FileLock = FileLock(dispatcher_lock(home))
    while home.is_dir():
        try:
            with lock.acquire(timeout=0):
                serve(store, executor, home, idle_seconds)
        except Timeout:
            return
        # A page that submitted as we left saw the lock held and started nobody.
        if not store.waiting():
            return


def main() -> int:
    """Run with the settings of the environment; 2 if the store or the settings will not do."""
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(process)d %(message)s", stream=sys.stderr
    )
    try:
        chosen = settings()
        home = chosen.home
        executor = LocalExecutor(chosen.engine, home)
        executor.warm()
        with open_store() as store:
            try:
                dispatch(store, executor, home, chosen.idle_seconds)
            finally:
                executor.close()
    except BitfrontError as exc:
        log.error("%s", exc)
        return 2
    return 0
