"""One recipe, all the way: from a request to a file and what was measured of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from filelock import FileLock

from models.workload import workload
from quant.account import account
from quant.artifact import Artifact
from quant.baseline import Baseline, Progress, mostly_learning
from quant.disk import writing
from quant.files import Files, folder_of
from quant.graph.prepared import prepare
from quant.identity import Request, count_of, data_of, key_of
from quant.measure.accuracy import Answers
from quant.measure.latency import Latency
from quant.profile.peaks import reached
from quant.records import Measurement
from quant.retime import latencies
from quant.runtimes import full_name, members
from quant.samples import Samples, confidence, decibels, power
from quant.shelf import shelf
from quant.side import Side, answered, picked, those_that_hold, told_of
from quant.translated import fp32_for

Given = Callable[[str], Artifact]


@dataclass(frozen=True)
class Evaluation:
    """A measurement, and what it sums up as `Samples.pack` writes it."""

    measurement: Measurement
    predictions: bytes


def evaluate(request: Request, home: Path, progress: Progress) -> Evaluation:
    """Quantise, write, check and measure one recipe.

    Only one measurement runs on a machine at a time. `progress` may raise to cancel; nothing but
    caches and a finished artifact is left behind.

    Raises:
        BitfrontError: with a sentence, for anything that a person can mend.
    """
    return measured(request, None, home, progress)


def measured(request: Request, given: Given | None, home: Path, progress: Progress) -> Evaluation:
    """Measure a file that is there, or the one that the request's recipe makes.

    Args:
        given: the file as an artifact of a runtime, by the runtime's name.
    """
    names = members(request.runtime)
    if given is None and request.recipe.learns:
        progress = mostly_learning(progress)
    chosen = workload(request.workload)
    progress("Reading the pictures", 0.0)
    data = data_of(request, home)
    count = count_of(request, data)
    key = key_of(chosen, request.recipe, data)
    is_fp32 = given is None and request.recipe.is_fp32
    start, making = time.perf_counter(), 0.0
    progress("Waiting for the machine", 0.01)
    with writing(home), FileLock(home / "machine.lock"), ExitStack() as stack:
        if given is None:
            _room(home)
        progress("Preparing the network", 0.02)
        prepared = prepare(chosen, home)
        before = set(folder_of(chosen, home).glob("*"))
        files = Files(request, chosen, prepared, data, key, home, stack)

        def side(name: str) -> Side:
            nonlocal making
            inside = told_of(progress, name, names.index(name), len(names))
            its = fp32_for(prepared, name)
            baseline = Baseline(its, chosen, data, count, home, full_name(name))
            fp32 = baseline.answers(inside, again=is_fp32)
            begun = time.perf_counter()
            artifact = given(name) if given else files.of(name, inside)
            making += time.perf_counter() - begun
            return answered(name, artifact, its, fp32, data, inside, is_fp32=is_fp32)

        sides, failed = those_that_hold(names, side)
        contenders = [one.contender for one in sides]
        timings = latencies(contenders, data, request.timing, home, progress)
        peaks = reached(home, request.timing.count)
        pick = picked(sides, timings, failed)
        for one in sides:
            if one is not pick.own and given is None and one.artifact.path not in before:
                one.artifact.path.unlink(missing_ok=True)
    measurement = account(
        request, pick, data,
        key=key,
        peaks=peaks,
        is_fp32=is_fp32,
        seconds=(making, time.perf_counter() - start - making),
        home=home,
    )  # fmt: skip
    progress("Done", 1.0)
    samples = _samples(pick.fp32.fp32, pick.said, pick.timed)
    return Evaluation(measurement=measurement, predictions=samples)


def _room(home: Path) -> None:
    """Nothing more is written once the quota is reached. We hold the lock: drafts are dead."""
    place = shelf(home)
    place.remove_drafts()
    place.refuse_when_full()


def _samples(fp32: Answers, given: Answers, timed: Latency) -> bytes:
    """What the measurement sums up, for comparing points picture by picture and run by run."""
    return Samples(
        predictions=given.predictions,
        confidence=confidence(given.logits),
        labels=given.labels,
        signal=power(fp32.logits, given.labels),
        noise=power(fp32.logits - given.logits, given.labels),
        signal_db=decibels(fp32.logits),
        noise_db=decibels(fp32.logits - given.logits),
        runs_ms=np.array(timed.spread_ms),
        fp32_runs_ms=np.array(timed.fp32_spread_ms),
    ).pack()
