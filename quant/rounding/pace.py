"""Progress by layer, with the time that is left."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from quant.graph.layers import Layer
from quant.rounding.source import Progress


class Pace:
    """Progress by layer, with the time that is left at the pace so far."""

    def __init__(self, method: str, layers: Sequence[Layer], progress: Progress) -> None:
        self.method, self.progress = method, progress
        costs = np.array([layer.macs + 100 * layer.parameters for layer in layers], np.float64)
        self.before = np.concatenate([[0.0], np.cumsum(costs)]) / max(costs.sum(), 1.0)
        self.start, self.first = time.monotonic(), 0

    def begins(self, number: int, layers: int, *, is_kept: bool) -> None:
        count = len(self.before) - 1
        done, kept = self.before[number], self.before[self.first]
        left = ""
        if is_kept:
            self.first = number + layers
            self.start = time.monotonic()
            left = ", kept from before"
        elif done - kept > 0.03:
            seconds = (time.monotonic() - self.start) / (done - kept) * (1 - done)
            left = f", about {_told(seconds)} left"
        which = f"layer {number + 1}" if layers == 1 else f"layers {number + 1}-{number + layers}"
        self.progress(f"{self.method}: {which} of {count}{left}", float(done))


def _told(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{max(seconds, 1):.0f} s"
