"""One recipe, all the way: from a request to a file and what was measured of it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from models.data import Dataset
from models.workload import Workload, workload
from quant.account import account
from quant.artifact import CHECKED_PICTURES, Artifact, make
from quant.baseline import LEARNED, LEARNING, Baseline, Progress, mostly_learning, share_of
from quant.calibrate import Observed
from quant.calibrated import calibrated, drawn, equalised
from quant.disk import writing
from quant.graph.prepared import Prepared, prepare
from quant.identity import Request, check_calibration, count_of, data_of, key_of
from quant.measure.accuracy import Answers, answers, batch_size
from quant.measure.latency import Latency
from quant.profile.peaks import reached
from quant.recipe import FLOAT, Recipe
from quant.records import Measurement
from quant.retime import latency
from quant.rounding.checkpoint import Checkpoint
from quant.rounding.source import Source
from quant.runtime import full_name
from quant.samples import Samples, confidence, decibels, power
from quant.settings import settings
from quant.shelf import shelf


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


def measured(
    request: Request, given: Artifact | None, home: Path, progress: Progress
) -> Evaluation:
    """Measure a file that is there, or the one that the request's recipe makes."""
    runtime = full_name(request.runtime)
    if given is None and request.recipe.learns:
        progress = mostly_learning(progress)
    chosen = workload(request.workload)
    progress("Reading the pictures", 0.0)
    data = data_of(request, home)
    count = count_of(request, data)
    progress("Waiting for the machine", 0.01)
    with writing(home), FileLock(home / "machine.lock"):
        if given is None:
            _room(home)
        progress("Preparing the network", 0.02)
        prepared = prepare(chosen, home)
        baseline = Baseline(prepared, chosen, data, count, home, runtime)
        is_fp32 = given is None and request.recipe.is_fp32
        fp32 = baseline.answers(progress, again=is_fp32)
        start = time.perf_counter()
        artifact = given or _artifact(request, chosen, prepared, data, home, progress)
        quantised = time.perf_counter()
        said = fp32
        if not is_fp32:
            share = share_of(progress, count, LEARNED, 0.5)
            said = answers(artifact.path, data.report, count, share, threads=settings().threads)
        beside = artifact.path if is_fp32 else prepared.path
        timed = latency(artifact.path, beside, data, request.timing, home, progress)
        peaks = reached(home, request.timing.count)
    measurement = account(
        request, runtime, prepared, artifact, data, fp32, said, timed,
        key=key_of(chosen, request.recipe, data),
        peaks=peaks,
        is_fp32=is_fp32,
        seconds=(quantised - start, time.perf_counter() - quantised),
        home=home,
    )  # fmt: skip
    progress("Done", 1.0)
    return Evaluation(measurement=measurement, predictions=_samples(fp32, said, timed))


def _room(home: Path) -> None:
    """Nothing more is written once the quota is reached. We hold the lock: drafts are dead."""
    place = shelf(home)
    place.remove_drafts()
    place.refuse_when_full()


def _artifact(
    request: Request,
    chosen: Workload,
    prepared: Prepared,
    data: Dataset,
    home: Path,
    progress: Progress,
) -> Artifact:
    recipe = request.recipe
    observed: dict[str, Observed] = {}
    if recipe.equalizes:
        progress("Moving scales between layers", 0.13)
        prepared = equalised(prepared, data, recipe)
    if recipe.least_activations < FLOAT:
        progress(f"Calibrating on {recipe.calibration_images} pictures", 0.15)
        observed = calibrated(prepared, data, recipe)
    progress("Rounding, writing and checking the file", LEARNING)
    key = key_of(chosen, recipe, data)
    source = _source(recipe, data, home / "cache" / "rounding" / key, progress)
    path = home / "artifacts" / chosen.slug / f"{chosen.slug}-{recipe.bits}-{key[:10]}.onnx"
    pictures = data.select.take(range(CHECKED_PICTURES))
    with writing(path):
        artifact = make(prepared, recipe, observed, pictures, path, chosen.name, source)
    if source is not None:
        source.checkpoint.clear()
    return artifact


def _source(recipe: Recipe, data: Dataset, folder: Path, progress: Progress) -> Source | None:
    """Calibration pictures for a method that learns, the same that ranges are taken from."""
    if not recipe.learns:
        return None
    check_calibration(recipe, data)
    split = data.calibrate
    order = drawn(split, recipe)
    size = batch_size(split)

    def pictures(count: int) -> list[NDArray[np.float32]]:
        return [split.take(order[i : min(i + size, count)]) for i in range(0, count, size)]

    def inside(text: str, share: float) -> None:
        progress(text, LEARNING + (LEARNED - LEARNING) * share)

    return Source(pictures, len(order), Checkpoint(folder), inside, settings().threads, recipe.seed)


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
