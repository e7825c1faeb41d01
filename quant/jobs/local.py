"""One worker process on this machine: kept warm and within limits, replaced when it is gone."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from quant.jobs import worker
from quant.jobs.executor import Outcome, OverLimit, Refused, TaskBroke, Watch, WorkerDied
from quant.jobs.limits import LOOK_SECONDS, Limits, Watcher
from quant.jobs.printed import Printed
from quant.jobs.requests import LostLease, Task

BEAT_SECONDS = 1.0
_STOP_SECONDS = 5.0


class LocalExecutor:
    """See quant.jobs.executor."""

    def __init__(self, engine_name: str, home: Path, limits: Limits | None = None) -> None:
        self._engine_name = engine_name
        self._home = home
        self._limits = limits or Limits.of_settings()
        self._printed = Printed(home)
        self._process: BaseProcess | None = None
        self._pipe: Connection[Any, Any] | None = None

    def warm(self) -> None:
        """Start the worker ahead of the first task; it loads its libraries meanwhile."""
        self._ready()

    def run(self, task: Task, watch: Watch) -> Outcome:
        pipe = self._ready()
        self._printed.forget()
        try:
            return self._converse(pipe, task, watch)
        except (EOFError, BrokenPipeError, ConnectionResetError) as exc:
            raise WorkerDied(self._epitaph()) from exc
        except (Refused, TaskBroke):
            raise
        except BaseException:
            # Stopped in the middle: only its end surely ends the step that it is in.
            self._stop()
            raise

    def close(self) -> None:
        self._stop()
        self._printed.remove()

    def _stop(self) -> None:
        process, pipe = self._process, self._pipe
        self._process = self._pipe = None
        if pipe is not None:
            pipe.close()
        if process is not None:
            process.kill()
            process.join(_STOP_SECONDS)
            if not process.is_alive():
                process.close()

    def said(self) -> str:
        return self._printed.text()

    @property
    def worker_pid(self) -> int | None:
        """The worker's process id; None before the first task."""
        return None if self._process is None else self._process.pid

    def _ready(self) -> Connection[Any, Any]:
        if self._process is not None and self._pipe is not None and self._process.is_alive():
            return self._pipe
        self._stop()
        # Spawned, not forked: a fork would share locks and threads of the caller.
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(
            target=worker.main,
            args=(theirs, self._engine_name, self._home, self._printed.path),
            daemon=True,
        )
        self._process.start()
        theirs.close()
        return self._pipe

    def _converse(self, pipe: Connection[Any, Any], task: Task, watch: Watch) -> Outcome:
        beat = _Beat(watch.beat)
        pipe.send(task)
        with Watcher(self._limits, self.worker_pid or 0) as watcher:
            while True:
                heard = pipe.poll(LOOK_SECONDS)
                if watcher.complaint:
                    raise OverLimit(watcher.complaint)
                if not heard:
                    beat.now_and_then()
                    continue
                watcher.begun()
                answer = self._hear(pipe, watch, beat, watcher)
                if answer is not None:
                    return answer

    def _hear(
        self, pipe: Connection[Any, Any], watch: Watch, beat: _Beat, watcher: Watcher
    ) -> Outcome | None:
        """Take one message of the worker; the outcome when it is there."""
        tag, content = pipe.recv()
        if tag == worker.PROGRESS:
            beat.at(*content)
        elif tag == worker.PROCESSES:
            watcher.helpers = content
        elif tag == worker.IDENTITY:
            pipe.send(watch.known(content))
        elif tag == worker.REFUSED:
            raise Refused(content)
        elif tag == worker.BROKE:
            raise TaskBroke(*content)
        else:
            return _outcome(content)
        return None

    def _epitaph(self) -> str:
        process = self._process
        if process is None:
            return "its worker is gone"
        process.join(_STOP_SECONDS)
        code = process.exitcode
        self._stop()
        if code is not None and code < 0:
            return f"its worker was ended by signal {-code}, perhaps for want of memory"
        return f"its worker ended by itself with code {code}"


class _Beat:
    """Passes news on at once when the step changes, else about every second."""

    def __init__(self, tell: Callable[[str, float], bool]) -> None:
        self._tell = tell
        self._step = "starting"
        self._fraction = 0.0
        self._told = time.monotonic()

    def at(self, step: str, fraction: float) -> None:
        changed = step != self._step
        self._step, self._fraction = step, fraction
        self.now_and_then(at_once=changed)

    def now_and_then(self, *, at_once: bool = False) -> None:
        if not at_once and time.monotonic() - self._told < BEAT_SECONDS:
            return
        self._told = time.monotonic()
        if not self._tell(self._step, self._fraction):
            raise LostLease("the attempt no longer holds its task")


def _outcome(content: object) -> Outcome:
    if not isinstance(content, Outcome):
        raise TypeError(f"the worker answered with {type(content).__name__}")
    return content
