"""Latency: files and FP32 in turn, in several processes of their own, alone on the machine."""

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
from quant.runtimes import USUAL
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


@dataclass(frozen=True, slots=True)
class Contender:
    """A file and FP32 in one runtime. They may be the same file."""

    file: Path
    fp32: Path
    runtime: str = USUAL

    @property
    def files(self) -> tuple[Path, ...]:
        return (self.file,) if self.file == self.fp32 else (self.file, self.fp32)


@dataclass(frozen=True)
class Timings:
    """Rounds in which all files of all contenders were timed, one sequence a start."""

    contenders: tuple[Contender, ...]
    starts: tuple[tuple[Timed, ...], ...]
    note: str

    def latency(self, own: int = 0, beside: int | None = None, *, of_fp32: bool = False) -> Latency:
        """A contender's file, or its FP32 in the file's place, beside its own FP32 or that of
        another contender."""
        fp32 = self._fp32_at(own if beside is None else beside)
        file = self._fp32_at(own) if of_fp32 else self._at(own)
        return _latency(self.starts, file, fp32, self.note)

    def quickest(self, *, of_fp32: bool = False) -> int:
        """The contender whose file, or FP32, took least."""

        def taken(at: int) -> float:
            found = self.latency(at)
            return (found.fp32 if of_fp32 else found.file).middle

        return min(range(len(self.contenders)), key=taken)

    def _fp32_at(self, contender: int) -> int:
        return self._at(contender) + len(self.contenders[contender].files) - 1

    def _at(self, contender: int) -> int:
        return sum(len(one.files) for one in self.contenders[:contender])


def timed(
    file: Path,
    fp32: Path,
    pictures: Floats,
    *,
    threads: int,
    home: Path,
    told: Callable[[float], None] = lambda _share: None,
    timer: Callable[[str], Timer] = Timer,
    runtime: str = USUAL,
) -> Latency:
    """One file beside FP32: see `rounds`."""
    one = Contender(file, fp32, runtime)
    return rounds((one,), pictures, threads=threads, home=home, told=told, timer=timer).latency()


def rounds(
    contenders: Sequence[Contender],
    pictures: Floats,
    *,
    threads: int,
    home: Path,
    told: Callable[[float], None] = lambda _share: None,
    timer: Callable[[str], Timer] = Timer,
    starts: int | None = None,
) -> Timings:
    """Time files in alternating rounds, so that all meet the same machine.

    Each contender has a process of its own in each start: the idle threads of one runtime would
    disturb another's.

    Args:
        contenders: FP32 may be the file itself, whose ratio is then 1 for certain.
        pictures: (batch, c, h, w), what each run is given.
        threads: of each session, fixed.
        told: hears the share that is done; it may raise to stop.
        timer: makes the timing process of a runtime.
        starts: of each process; STARTS unless said, and at least two.
    The caller holds the machine's lock.

    Raises:
        ModelError: a file cannot be timed.
    """
    memory = home / "cache" / f"reference-{VERSION}.{threads}-threads-{this_machine().id}.s"
    quiet = Quiet(remembered(memory))
    taken: list[tuple[Timed, ...]] = []
    with tempfile.TemporaryDirectory(prefix="bitfront-timing-") as folder, ExitStack() as stack:
        given = Path(folder) / "pictures.npy"
        np.save(given, pictures)
        reference = reference_file(home)
        timers = [
            [stack.enter_context(timer(one.runtime)) for one in contenders]
            for _ in range(starts or STARTS)
        ]
        told(0.0)
        for each in timers:
            for one in each:
                one.wait()  # what still imports would disturb who times already
        for number, each in enumerate(timers):
            told(number / len(timers))
            loaded = [
                one.load(Subject(contender.files, reference, given, threads))
                for one, contender in zip(each, contenders, strict=True)
            ]
            typical = [files for files, _ in loaded]
            take = partial(_round, each, typical, number)
            taken.append(quiet.start(take, max(before for _, before in loaded)))
            for one in each:
                one.close()
    remember(memory, quiet)
    return Timings(tuple(contenders), tuple(taken), quiet.note(taken))


def _round(
    timers: Sequence[Timer], typical: Sequence[tuple[float, ...]], start: int, number: int
) -> Round:
    """Of each contender in its process, as one: the seconds in their order, and the reference
    kernel where it was slowest."""
    found: dict[int, Round] = {}
    for at in _turns(len(timers), start + number):
        files = typical[at]
        order = _turns(len(files), start + number)
        found[at] = timers[at].round(order, [_runs(seconds) for seconds in files])
    each = [found[at] for at in range(len(timers))]
    return Round(
        tuple(seconds for one in each for seconds in one.seconds),
        max(one.reference for one in each),
    )


def _turns(count: int, number: int) -> list[int]:
    """Whoever comes second meets warmer caches of the other's: take turns, in starts as well."""
    order = list(range(count))
    return order if number % 2 == 0 else order[::-1]


def _runs(typical: float) -> int:
    least = LEAST_RUNS if typical < LONG_SECONDS else 1
    return max(least, int(ROUND_SECONDS / typical))


def _latency(starts: Sequence[Sequence[Timed]], file: int, fp32: int, note: str) -> Latency:
    own, beside = (
        [[_median_ms(one, at) for one in rounds] for rounds in starts] for at in (file, fp32)
    )
    ratios = [
        [mine / other for mine, other in zip(*rounds, strict=True)]
        for rounds in zip(own, beside, strict=True)
    ]
    return Latency(
        file=estimate(own),
        fp32=estimate(beside),
        ratio=Estimate.exactly(1.0) if file == fp32 else estimate(ratios),
        runs=sum(len(one.seconds[file]) for rounds in starts for one in rounds),
        starts=len(starts),
        spread_ms=_spread_ms(starts, file),
        fp32_spread_ms=_spread_ms(starts, fp32),
        note=note,
    )


def _median_ms(timed: Timed, at: int) -> float:
    return float(np.median(timed.seconds[at])) * 1000


def _spread_ms(starts: Sequence[Sequence[Timed]], at: int) -> tuple[float, ...]:
    runs = np.concatenate([one.seconds[at] for rounds in starts for one in rounds])
    return tuple((np.quantile(runs, QUANTILES) * 1000).tolist())
