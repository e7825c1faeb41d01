"""Wait for what another process does, without guessing how long it takes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


def until(happened: Callable[[], object], seconds: float = 60.0) -> None:
    """Return once `happened()` is true; fail when it is not in time."""
    pause = threading.Event()
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, f"{happened} did not come true in {seconds} s"
        pause.wait(0.05)
