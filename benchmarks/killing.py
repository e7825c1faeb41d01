"""One round of killing: a sweep whose processes are killed at random moments until it is done."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from quant.jobs.requests import SweepRequest
from quant.store import Store, open_store

ROOT = Path(__file__).resolve().parent.parent
VICTIMS = ("server", "dispatcher", "worker", "all")
_STARTING = 60.0


@dataclass
class Round:
    """What happened: victims killed, and everything that went wrong, in words."""

    killed: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    seconds: float = 0.0


class House:
    """The app on one home folder: its server, and through it the dispatcher and the worker."""

    def __init__(self, home: Path, environment: dict[str, str]) -> None:
        self._home = home
        self._environment = os.environ | environment | {"BITFRONT_HOME": str(home)}
        self._environment.pop("DATABASE_URL", None)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = probe.getsockname()[1]
        self._server: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server if it does not run. Nobody opens a page."""
        if self._server is None or self._server.poll() is not None:
            with (self._home / "server.log").open("ab") as written:
                self._server = subprocess.Popen(
                    [sys.executable, "-m", "pages.parts.serve", str(self._port)],
                    cwd=ROOT,
                    env=self._environment,
                    stdin=subprocess.DEVNULL,
                    stdout=written,
                    stderr=written,
                )

    def kill(self, victim: str) -> bool:
        """SIGKILL; whether there was anybody to kill."""
        dispatchers = self._dispatchers()
        workers = [child for one in dispatchers for child in _children(one)]
        server = _process(self._server)
        chosen = {"server": server, "dispatcher": dispatchers, "worker": workers}
        chosen["all"] = server + dispatchers + workers
        for process in chosen[victim]:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGKILL)
        if self._server is not None and victim in ("server", "all"):
            self._server.wait(10)
        return bool(chosen[victim])

    def close(self) -> None:
        self.kill("all")
        # A watchdog may have started another one just before it was killed.
        self.kill("all")

    def _dispatchers(self) -> list[psutil.Process]:
        found = []
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                if process.status() == psutil.STATUS_ZOMBIE:
                    continue
                home = process.environ().get("BITFRONT_HOME")
                if home == str(self._home) and "quant.jobs" in process.cmdline():
                    found.append(process)
        return found


def round_of(
    home: Path,
    request: SweepRequest,
    environment: dict[str, str],
    kills: int,
    moments: tuple[float, float],
    chance: random.Random,
    patience: float = 240.0,
) -> Round:
    """Kill `kills` times, `moments` seconds apart at least and at most, while a sweep runs.

    A killed server is started again, as whatever runs it would do; nobody opens a page.
    """
    found = Round()
    began = time.monotonic()
    house = House(home, environment)
    house.start()
    pause = threading.Event()
    try:
        with open_store(f"sqlite:///{home / 'bitfront.db'}") as store:
            sweep = store.submit(request)
            _wait(lambda: _running(store, sweep), _STARTING)
            before: set[str] = set()
            while len(found.killed) < kills and not _is_over(store, sweep):
                pause.wait(chance.uniform(*moments))
                victim = chance.choice(VICTIMS)
                before |= {point.id for point in store.points()}
                if house.kill(victim):
                    found.killed.append(victim)
                if lost := before - {point.id for point in store.points()}:
                    found.faults.append(f"{len(lost)} finished points lost by killing {victim}")
                house.start()
            if not _wait(lambda: _is_over(store, sweep), patience):
                found.faults.append(f"not done {patience:.0f} s after the last kill")
            found.faults += _faults(store, sweep, home, len(request.recipes))
    finally:
        house.close()
    found.seconds = time.monotonic() - began
    return found


def _faults(store: Store, sweep: str, home: Path, expected: int) -> list[str]:
    """What a sweep that is over should not look like."""
    status = store.sweep(sweep)
    points = store.points()
    said = [] if status is None or not status.failed else [f"failed: {status.messages}"]
    if len(points) != expected:
        said.append(f"{len(points)} points of {expected}")
    doubled = Counter(point.key for point in points for _ in store.history(point.key))
    said += [f"{key} measured {times} times" for key, times in doubled.items() if times > 1]
    said += [f"no file {p.artifact}" for p in points if not (home / p.artifact).is_file()]
    return said


def _running(store: Store, sweep: str) -> bool:
    status = store.sweep(sweep)
    return status is not None and bool(status.step or status.done)


def _is_over(store: Store, sweep: str) -> bool:
    status = store.sweep(sweep)
    return status is not None and status.is_over


def _wait(happened: Callable[[], bool], seconds: float) -> bool:
    pause = threading.Event()
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if happened():
            return True
        pause.wait(0.05)
    return False


def _process(started: subprocess.Popen[bytes] | None) -> list[psutil.Process]:
    if started is None or started.poll() is not None:
        return []
    return [psutil.Process(started.pid)]


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children()
    except psutil.NoSuchProcess:
        return []
