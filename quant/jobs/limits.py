"""What one task may take: time, and memory before the machine runs out of it."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import psutil

from quant.settings import settings

SHARE = 0.7  # of the machine's memory, where the settings name no limit
RESERVE = 0.04  # of the machine's memory: with less left, the task is stopped
LOOK_SECONDS = 0.2  # a fast writer fills half a GB meanwhile
LOADING_SECONDS = 120.0
GB = 1e9
_CGROUP = Path("/sys/fs/cgroup")
# Names of the limit and of what is used, in version 2 of control groups and in version 1.
_FILES = (("memory.max", "memory.current"),
          ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds and bytes of memory that one task may use."""

    seconds: float
    memory_bytes: int

    @classmethod
    def of_settings(cls) -> Limits:
        chosen = settings()
        given = chosen.task_memory_gb
        memory = int(given * GB) if given else int(SHARE * machine_memory()[0])
        return cls(chosen.task_minutes * 60, memory)


class Watcher:
    """Watches one task in one process, from a thread: `complaint` is empty until a limit is passed.

    `helpers` are the ids of processes that time files for it now; they end with it.

    A thread, because Ctrl-C in the midst of reading /proc would leave its files open.
    """

    def __init__(self, limits: Limits, pid: int) -> None:
        self.complaint = ""
        self.helpers: frozenset[int] = frozenset()
        self._limits = limits
        self._pid = pid
        # Until the worker answers, it may still be loading its libraries.
        self._began = time.monotonic() + LOADING_SECONDS
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="limits", daemon=True)

    def begun(self) -> None:
        """The worker has answered: its time counts from now, if it does not count yet."""
        self._began = min(self._began, time.monotonic())

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self.complaint and not self._over.wait(LOOK_SECONDS):
            self.complaint = self.look()

    def look(self) -> str:
        """A sentence where a limit is passed now; empty also where the process is gone."""
        took = time.monotonic() - self._began
        if took > self._limits.seconds:
            return (
                f"it ran for {_duration(took)} and the most is {_duration(self._limits.seconds)} "
                "(BITFRONT_TASK_MINUTES); ask for fewer pictures, or raise the limit"
            )
        try:
            used = self._used()
        except psutil.Error:
            return ""
        remedy = "ask for fewer pictures, or measure on a machine with more"
        if used > self._limits.memory_bytes:
            return (
                f"it used {used / GB:.1f} GB of memory and the most is "
                f"{self._limits.memory_bytes / GB:.1f} GB (BITFRONT_TASK_MEMORY_GB); {remedy}"
            )
        total, left = machine_memory()
        # Only where this task is what fills the machine.
        if left < RESERVE * total and used > total / 10:
            return (
                f"it used {used / GB:.1f} GB of memory and the machine had only "
                f"{left / GB:.1f} GB of {total / GB:.1f} GB left; {remedy}"
            )
        return ""

    def _used(self) -> int:
        # Those that are known: to look for children reads all of /proc, which five times a second
        # would disturb the latency that is being measured.
        return _resident(self._pid) + sum(map(_resident_if_there, self.helpers))


def _resident(pid: int) -> int:
    return int(psutil.Process(pid).memory_info().rss)


def _resident_if_there(pid: int) -> int:
    try:
        return _resident(pid)
    except psutil.Error:
        return 0


def machine_memory() -> tuple[int, int]:
    """Bytes in all and bytes left, of the machine or of the container around us."""
    memory = psutil.virtual_memory()
    total, left = int(memory.total), int(memory.available)
    for limit, used in _FILES:
        most, now = _number(_CGROUP / limit), _number(_CGROUP / used)
        if most is not None and now is not None and most < total:
            # What the container has cached counts as used there, though it would be given back.
            return most, max(min(most - now + _cached(), left), 0)
    return total, left


def _cached() -> int:
    try:
        lines = (_CGROUP / "memory.stat").read_text().splitlines()
    except OSError:
        return 0
    found = dict(line.split(" ", 1) for line in lines if " " in line)
    return int(found.get("inactive_file", found.get("total_inactive_file", 0)))


def _number(path: Path) -> int | None:
    try:
        text = path.read_text().strip()
    except OSError:
        return None
    return int(text) if text.isdigit() else None


def _duration(seconds: float) -> str:
    return f"{seconds / 60:.0f} minutes" if seconds >= 120 else f"{seconds:.0f} seconds"
