"""The process that measures. It gets tasks through a pipe and never touches the store."""

from __future__ import annotations

import faulthandler
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
from quant.jobs.requests import EXPLAIN, SENSITIVITY, Task
from quant.measure.living import living

# Tags of what goes through the pipe to the process that asked.
IDENTITY, PROGRESS, PROCESSES, MEASURED, REFUSED, BROKE = (
    "identity",
    "progress",
    "processes",
    "measured",
    "refused",
    "broke",
)
_SECONDS_BETWEEN_REPORTS = 0.2


def main(pipe: Connection[Any, Any], engine_name: str, home: Path, printed: Path) -> None:
    """Serve tasks until the other end of the pipe is gone; prints go to the file `printed`."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that asked decides on Ctrl-C
    _print_to(printed)
    _be_the_first_to_go()
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    engine_named(engine_name).warm()
    while True:
        try:
            task = pipe.recv()
            pipe.send(_answer(task, pipe, engine_name, home))
        except (EOFError, BrokenPipeError, ConnectionResetError):
            return


def _print_to(path: Path) -> None:
    """Also what libraries print, and where a crash happened."""
    path.parent.mkdir(exist_ok=True)
    written = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(written, 1)
    os.dup2(written, 2)
    os.close(written)
    faulthandler.enable(file=2)


def _be_the_first_to_go() -> None:
    """Where the machine runs out of memory at once, the page and the store should live on."""
    try:
        Path("/proc/self/oom_score_adj").write_text("1000")
    except OSError:
        return  # not Linux, or not allowed: the limits still hold


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
    engine.fetch(task, home, _Reporter(pipe))
    if task.purpose == EXPLAIN:
        return Outcome(None, breakdown=engine.explain(task, home, _Reporter(pipe)))
    if task.purpose == SENSITIVITY:
        return Outcome(None, rated=engine.rate(task, home, _Reporter(pipe)))
    if not task.fresh:
        identity = engine.identity(task, home)
        pipe.send((IDENTITY, identity))
        known = pipe.recv()
        if known is not None:
            if identity.is_of(known[0]):
                return Outcome(known[0], None, known=True)
            return Outcome(*engine.time_again(task, known, home, _Reporter(pipe)))
    return Outcome(*engine.evaluate(task, home, _Reporter(pipe)))


class _Reporter:
    """Sends progress, a new step and new processes at once and the rest now and then."""

    def __init__(self, pipe: Connection[Any, Any]) -> None:
        self._pipe = pipe
        self._step = ""
        self._sent = 0.0
        self._pids: frozenset[int] = frozenset()

    def __call__(self, step: str, fraction: float) -> None:
        now, pids = time.monotonic(), frozenset(living)
        if pids != self._pids:
            self._pids = pids
            self._pipe.send((PROCESSES, pids))
        elif step == self._step and now - self._sent < _SECONDS_BETWEEN_REPORTS:
            return
        self._step, self._sent = step, now
        self._pipe.send((PROGRESS, (step, fraction)))
