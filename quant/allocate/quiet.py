"""HiGHS (1.12, in scipy 1.17) prints a line of its own on standard output, which is for answers."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

_one_at_a_time = Lock()


@contextmanager
def quiet() -> Iterator[None]:
    """What C code prints on standard output meanwhile goes nowhere."""
    with _one_at_a_time:
        sys.stdout.flush()
        kept = os.dup(1)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, 1)
            yield
        finally:
            ctypes.CDLL(None).fflush(None)  # C keeps its own buffer
            os.dup2(kept, 1)
            os.close(kept)
            os.close(nowhere)
