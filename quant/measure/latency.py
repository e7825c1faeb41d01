"""Latency at batch 1, alone on the machine, interleaved with FP32 in one process."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from quant.runtime.ort import Session
from quant.samples import QUANTILES
from quant.stats import Interval, bootstrap_median

ROUNDS = 12
ROUND_SECONDS = 0.02  # of each file
LEAST_RUNS = 3

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Latency:
    """Median milliseconds a picture, with a bootstrap interval over rounds.

    `spread_ms` are the `quant.samples.QUANTILES` of single runs.
    """

    median_ms: float
    interval: Interval
    runs: int
    spread_ms: tuple[float, ...] = ()


def interleaved(
    first: Path, second: Path, picture: Floats, *, threads: int
) -> tuple[Latency, Latency]:
    """Time two files in alternating rounds, so that both meet the same machine.

    Args:
        picture: (1, c, h, w).
        threads: of each session, fixed.
    The caller holds the machine's lock.
    """
    sessions = [Session(path, threads=threads) for path in (first, second)]
    calls = [partial(session.run, picture) for session in sessions]
    runs = [_runs_a_round(call) for call in calls]
    times: list[list[list[float]]] = [[], []]
    for number in range(ROUNDS):
        for index in (0, 1) if number % 2 == 0 else (1, 0):
            times[index].append([seconds_of(calls[index]) for _ in range(runs[index])])
    return _summary(times[0]), _summary(times[1])


def alone(path: Path, picture: Floats, *, threads: int) -> Latency:
    """Time FP32 itself, which has nothing to stand beside; as `interleaved` does otherwise."""
    call = partial(Session(path, threads=threads).run, picture)
    runs = _runs_a_round(call)
    return _summary([[seconds_of(call) for _ in range(runs)] for _ in range(ROUNDS)])


def _runs_a_round(call: Callable[[], object]) -> int:
    for _ in range(3):
        call()
    typical = float(np.median([seconds_of(call) for _ in range(5)]))
    return max(LEAST_RUNS, int(ROUND_SECONDS / typical))


def seconds_of(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def _summary(rounds: list[list[float]]) -> Latency:
    milliseconds = np.array(rounds) * 1000
    median = float(np.median(np.median(milliseconds, axis=1)))
    spread = tuple(np.quantile(milliseconds, QUANTILES).tolist())
    return Latency(median, bootstrap_median(milliseconds), int(milliseconds.size), spread)
