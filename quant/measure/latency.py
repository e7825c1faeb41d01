"""Latency: a file and FP32 in turn, in several processes of their own, alone on the machine."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from quant.measure.machine import this_machine
from quant.measure.quiet import Quiet, Timed, remember, remembered
from quant.measure.reference import VERSION, reference_file
from quant.measure.starts import Estimate, estimate
from quant.measure.timer import Round, Subject, Timer
from quant.samples import QUANTILES

STARTS = 4
ROUND_SECONDS = 0.02  # of each file
LEAST_RUNS = 3  # of each file in a round
LONG_SECONDS = 0.1  # where a run takes longer, one is enough

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds of one run on one batch, FP32's beside it, and the file's share of FP32's.

    `spread_ms` and `fp32_spread_ms` are the `quant.samples.QUANTILES` of single runs; `note` says
    what disturbed the timing, or is empty.
    """

    file: Estimate
    fp32: Estimate
    ratio: Estimate
    runs: int
    starts: int
    spread_ms: tuple[float, ...]
    fp32_spread_ms: tuple[float, ...]
    note: str


def timed(
    file: Path,
    fp32: Path,
    pictures: Floats,
    *,
    threads: int,
    home: Path,
    told: Callable[[float], None] = lambda _share: None,
    timer: Callable[[], Timer] = Timer,
) -> Latency:
    """Time two files in alternating rounds, so that both meet the same machine.

    Args:
        fp32: may be the file itself, whose ratio is then 1 for certain.
        pictures: (batch, c, h, w), what each run is given.
        threads: of each session, fixed.
        told: hears the share that is done; it may raise to stop.
    The caller holds the machine's lock.

    Raises:
        ModelError: a file cannot be timed.
    """
    files = (file,) if file == fp32 else (file, fp32)
    memory = home / "cache" / f"reference-{VERSION}.{threads}-threads-{this_machine().id}.s"
    quiet = Quiet(remembered(memory))
    starts: list[tuple[Timed, ...]] = []
    with tempfile.TemporaryDirectory(prefix="bitfront-timing-") as folder, ExitStack() as stack:
        given = Path(folder) / "pictures.npy"
        np.save(given, pictures)
        subject = Subject(files, reference_file(home), given, threads)
        timers = [stack.enter_context(timer()) for _ in range(STARTS)]
        told(0.0)
        for one in timers:
            one.wait()  # what still imports would disturb who times already
        for number, one in enumerate(timers):
            told(number / STARTS)
            typical, before = one.load(subject)
            starts.append(quiet.start(partial(_round, one, typical, number), before))
            one.close()
    remember(memory, quiet)
    return _latency(starts, quiet.note(starts))


def _round(timer: Timer, typical: tuple[float, ...], start: int, number: int) -> Round:
    order = list(range(len(typical)))
    # Whoever comes second meets warmer caches of the other's: take turns, in starts as well.
    order = order if (start + number) % 2 == 0 else order[::-1]
    return timer.round(order, [_runs(seconds) for seconds in typical])


def _runs(typical: float) -> int:
    least = LEAST_RUNS if typical < LONG_SECONDS else 1
    return max(least, int(ROUND_SECONDS / typical))


def _latency(starts: Sequence[Sequence[Timed]], note: str) -> Latency:
    own, beside = ([[_median_ms(one, at) for one in rounds] for rounds in starts] for at in (0, -1))
    is_fp32 = len(starts[0][0].seconds) == 1
    ratios = [
        [mine / other for mine, other in zip(*rounds, strict=True)]
        for rounds in zip(own, beside, strict=True)
    ]
    return Latency(
        file=estimate(own),
        fp32=estimate(beside),
        ratio=Estimate.exactly(1.0) if is_fp32 else estimate(ratios),
        runs=sum(len(one.seconds[0]) for rounds in starts for one in rounds),
        starts=len(starts),
        spread_ms=_spread_ms(starts, 0),
        fp32_spread_ms=_spread_ms(starts, -1),
        note=note,
    )


def _median_ms(timed: Timed, at: int) -> float:
    return float(np.median(timed.seconds[at])) * 1000


def _spread_ms(starts: Sequence[Sequence[Timed]], at: int) -> tuple[float, ...]:
    runs = np.concatenate([one.seconds[at] for rounds in starts for one in rounds])
    return tuple((np.quantile(runs, QUANTILES) * 1000).tolist())
