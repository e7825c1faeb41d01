"""Pages are built in the order in which they were asked for, a few at a time.

Python runs one thread at once. With sixty scripts under way, each visitor waits for all of them,
and so does the thread that sends what is finished; in turn, most wait less, and nobody more.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

AT_ONCE = 2  # a script that waits for the store leaves the processor to another
PATIENCE_SECONDS = 2.0  # a page that takes long does not hold up those behind it for longer


class Turns:
    """A queue with `places` in front; who has waited for `patience` seconds goes ahead."""

    def __init__(self, places: int = AT_ONCE, patience: float = PATIENCE_SECONDS) -> None:
        self._free = places
        self._patience = patience
        self._lock = threading.Lock()
        self._waiting: deque[threading.Event] = deque()

    @contextmanager
    def one(self) -> Iterator[None]:
        self._take()
        try:
            yield
        finally:
            self._give()

    def _take(self) -> None:
        mine = threading.Event()
        with self._lock:
            if self._free > 0:
                self._free -= 1
                return
            self._waiting.append(mine)
        if mine.wait(self._patience):
            return
        with self._lock:
            if not mine.is_set():  # not called: go ahead without a place, and give back one more
                self._waiting.remove(mine)
                self._free -= 1

    def _give(self) -> None:
        with self._lock:
            if self._waiting and self._free >= 0:
                self._waiting.popleft().set()
            else:
                self._free += 1


PAGES = Turns()
