"""Time that work took: of the clock, and of all processors together."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Seconds:
    """`cpu` is steadier where others use the machine; `wall` is what a person waits for."""

    cpu: float
    wall: float

    def __str__(self) -> str:
        return f"{self.wall:,.1f} s ({self.cpu:,.1f} s of CPU)"


def timed(work: Callable[[], Result]) -> tuple[Result, Seconds]:
    """What it returns, and what it took."""
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    return result, Seconds(time.process_time() - cpu, time.perf_counter() - wall)
