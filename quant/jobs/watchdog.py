"""In the page's server: see to it that what waits is measured, though nobody asks again."""

from __future__ import annotations

import logging
import threading

from quant.errors import BitfrontError
from quant.jobs.presence import release_the_dead
from quant.jobs.submit import ensure_dispatcher
from quant.store import Store, open_store

EVERY_SECONDS = 4.0
log = logging.getLogger(__name__)
_started = threading.Lock()


def start() -> None:
    """Watch from a thread of this process, once however often it is called."""
    if _started.acquire(blocking=False):
        threading.Thread(target=_watch, name="watchdog", daemon=True).start()


def _watch() -> None:
    pause = threading.Event()
    said = ""
    while True:
        try:
            with open_store() as store:
                while not store.read_only:
                    look(store)
                    said = ""
                    pause.wait(EVERY_SECONDS)
                return
        except BitfrontError as exc:
            # The store may come back: pages say meanwhile what is wrong with it.
            if str(exc) != said:
                log.warning("%s", exc)
            said = str(exc)
            pause.wait(EVERY_SECONDS)


def look(store: Store) -> bool:
    """Start the dispatcher if something waits and none lives; whether it was started."""
    release_the_dead(store)
    return store.waiting() and ensure_dispatcher()
