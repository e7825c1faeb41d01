"""The process that measures. It gets tasks through a pipe and never touches the store."""

from __future__ import annotations

import os
import signal
import threading
import time
import traceback
from multiprocessing import connection, parent_process
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from quant.errors import BitfrontError
from quant.jobs.engine import engine_named
from quant.jobs.executor import Engine, Outcome
from quant.jobs.requests import Task

# Tags of what goes through the pipe to the process that asked.
IDENTITY, PROGRESS, MEASURED, REFUSED, BROKE = (
    "identity",
    "progress",
    "measured",
    "refused",
    "broke",
)
_SECONDS_BETWEEN_REPORTS = 0.2


def main(pipe: Connection[Any, Any], engine_name: str, home: Path) -> None:
    """Serve tasks until the other end of the pipe is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that asked decides on Ctrl-C
    os.dup2(2, 1)  # what a library prints must not mix with --json
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    engine_named(engine_name).warm()
    while True:
        try:
            task = pipe.recv()
            pipe.send(_answer(task, pipe, engine_name, home))
        except (EOFError, BrokenPipeError, ConnectionResetError):
            return


def _leave_with_parent() -> None:
    # An orphan that went on measuring would disturb the next one's latency.
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
    os._exit(1)


def _answer(
    task: Task, pipe: Connection[Any, Any], engine_name: str, home: Path
) -> tuple[str, Any]:
    try:
        return MEASURED, _measured(task, pipe, engine_named(engine_name), home)
    except BitfrontError as exc:
        return REFUSED, str(exc)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        raise
    except Exception as exc:
        return BROKE, (f"{type(exc).__name__}: {exc}", traceback.format_exc())


def _measured(task: Task, pipe: Connection[Any, Any], engine: Engine, home: Path) -> Outcome:
    if not task.fresh:
        pipe.send((IDENTITY, engine.identity(task, home)))
        known = pipe.recv()
        if known is not None:
            return Outcome(known, None, known=True)
    return Outcome(*engine.evaluate(task, home, _Reporter(pipe)))


class _Reporter:
    """Sends progress, a new step at once and the rest now and then."""

    def __init__(self, pipe: Connection[Any, Any]) -> None:
        self._pipe = pipe
        self._step = ""
        self._sent = 0.0

    def __call__(self, step: str, fraction: float) -> None:
        now = time.monotonic()
        if step == self._step and now - self._sent < _SECONDS_BETWEEN_REPORTS:
            return
        self._step, self._sent = step, now
        self._pipe.send((PROGRESS, (step, fraction)))
