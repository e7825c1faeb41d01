"""What a worker prints while it measures, kept in a file that outlives it."""

from __future__ import annotations

import os
from pathlib import Path

from quant.jobs.presence import is_alive

MOST = 20_000  # bytes of the end that a task's log keeps


class Printed:
    """One file for each process that has a worker, below the home folder's logs."""

    def __init__(self, home: Path) -> None:
        folder = home / "logs"
        self.path = folder / f"worker-{os.getpid()}.log"
        for path in folder.glob("worker-*.log"):
            number = path.stem.partition("-")[2]
            if number.isdigit() and not is_alive(int(number)):
                path.unlink(missing_ok=True)  # its process was killed and could not

    def forget(self) -> None:
        """Before a task: what was printed so far belongs to others."""
        if self.path.exists():
            os.truncate(self.path, 0)

    def text(self) -> str:
        """The last of what was printed since, ending in a line break; or nothing."""
        try:
            with self.path.open("rb") as kept:
                kept.seek(max(self.path.stat().st_size - MOST, 0))
                found = kept.read().decode(errors="replace").strip("\0\n ")
        except OSError:
            return ""
        return f"{found}\n" if found else ""

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)
