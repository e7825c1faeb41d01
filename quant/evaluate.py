"""One recipe, all the way: from a request to a file and what was measured of it."""

from __future__ import annotations

import hashlib
import io
import os
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache, partial
from importlib.metadata import version
from pathlib import Path

import numpy as np
from filelock import FileLock

from models.data import Dataset
from models.workload import Workload, workload
from quant import __version__
from quant.artifact import Artifact, make
from quant.calibrate import Observed, observe
from quant.disk import writing
from quant.graph.network import Network
from quant.graph.prepared import Prepared, prepare
from quant.identity import Request, check_calibration, count_of, data_of, key_of
from quant.lower.placement import candidates
from quant.measure.accuracy import Answers, answers, batch_size, sqnr_db
from quant.measure.latency import Latency, alone, interleaved
from quant.measure.machine import this_machine
from quant.measure.quiet import quietest
from quant.recipe import Recipe
from quant.records import Measurement
from quant.runtime import full_name
from quant.settings import settings
from quant.stats import paired, wilson

Progress = Callable[[str, float], None]  # the step in words, the share of this point that is done
CHECKED_PICTURES = 8


@dataclass(frozen=True)
class Evaluation:
    """A measurement, and its predictions (n,) with confidences as a compressed npz."""

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
    chosen = workload(request.workload)
    progress("Reading the pictures", 0.0)
    data = data_of(request, home)
    count = count_of(request, data)
    progress("Waiting for the machine", 0.01)
    with writing(home), FileLock(home / "machine.lock"):
        progress("Preparing the network", 0.02)
        prepared = prepare(chosen, home)
        baseline = _Baseline(prepared, chosen, data, count, home, runtime)
        is_fp32 = given is None and request.recipe.is_fp32
        fp32 = baseline.answers(progress, again=is_fp32)
        start = time.perf_counter()
        artifact = given or _artifact(request, chosen, prepared, data, home, progress)
        quantised = time.perf_counter()
        threads = settings().threads
        said = fp32
        if not is_fp32:
            share = _share(progress, count, 0.3, 0.5)
            said = answers(artifact.path, data.report, count, share, threads=threads)
        progress("Timing" if is_fp32 else "Timing beside FP32", 0.8)
        (timed, timed_fp32), busy = quietest(
            partial(_timings, artifact, prepared, data, threads, is_fp32),
            baseline.cache.with_suffix(f".{threads}-threads-{this_machine().id}.ms"),
        )
    measurement = _measurement(
        request, runtime, prepared, artifact, data, fp32, said, timed, timed_fp32,
        key=key_of(chosen, request.recipe, data),
        is_fp32=is_fp32,
        busy=busy,
        threads=threads,
        seconds=(quantised - start, time.perf_counter() - quantised),
        home=home,
    )  # fmt: skip
    progress("Done", 1.0)
    return Evaluation(measurement=measurement, predictions=_packed(said))


def _timings(
    artifact: Artifact, prepared: Prepared, data: Dataset, threads: int, is_fp32: bool
) -> tuple[Latency, Latency]:
    picture = data.report.take([0])
    if is_fp32:
        timed = alone(artifact.path, picture, threads=threads)
        return timed, timed
    return interleaved(artifact.path, prepared.path, picture, threads=threads)


def _share(progress: Progress, count: int, start: float, width: float) -> Callable[[float], None]:
    """Progress of a run over pictures, as a part of the point's own."""
    return lambda done: progress(f"Running {count:,} pictures", start + width * done)


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
    if recipe.activations < 32:
        progress(f"Calibrating on {recipe.calibration_images} pictures", 0.15)
        observed = calibrated(prepared, data, recipe)
    progress("Rounding, writing and checking the file", 0.22)
    key = key_of(chosen, recipe, data)
    path = home / "artifacts" / chosen.name / f"{chosen.name}-{recipe.bits}-{key[:10]}.onnx"
    pictures = data.select.take(range(CHECKED_PICTURES))
    with writing(path):
        return make(prepared, recipe, observed, pictures, path, chosen.name)


def calibrated(prepared: Prepared, data: Dataset, recipe: Recipe) -> dict[str, Observed]:
    """What the calibration pictures showed; one pass serves every width.

    Raises:
        InvalidRecipe: more calibration pictures are asked for than there are.
    """
    check_calibration(recipe, data)
    count = recipe.calibration_images
    return _calibrated(_Calibration(prepared, data), count, recipe.seed)


@dataclass(frozen=True)
class _Calibration:
    """Equal by what it rests on, so that a worker calibrates a network once."""

    prepared: Prepared
    data: Dataset

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Calibration) and hash(self) == hash(other)

    def __hash__(self) -> int:
        return hash((self.prepared.sha256, self.data.fingerprint))


@lru_cache(maxsize=4)
def _calibrated(calibration: _Calibration, count: int, seed: int) -> dict[str, Observed]:
    prepared, split = calibration.prepared, calibration.data.calibrate
    order = np.random.default_rng(seed).permutation(len(split))[:count]
    size = batch_size(split)
    batches = (split.take(order[i : i + size]) for i in range(0, count, size))
    tensors = candidates(Network(prepared.model), prepared.layers)
    return observe(prepared.model, tensors, batches, seed)


@dataclass(frozen=True)
class _Baseline:
    """FP32's logits on the first `count` report pictures, kept so that one run serves a sweep."""

    prepared: Prepared
    workload: Workload
    data: Dataset
    count: int
    home: Path
    runtime: str

    def answers(self, progress: Progress, *, again: bool) -> Answers:
        """From the cache, unless they are to be run `again` or are not there."""
        if not again and self.cache.exists():
            with np.load(self.cache) as kept:
                if len(kept["labels"]) >= self.count:
                    return Answers(kept["logits"][: self.count], kept["labels"][: self.count])
        path, threads = self.prepared.path, settings().threads
        share = _share(progress, self.count, 0.03, 0.1)
        given = answers(path, self.data.report, self.count, share, threads=threads)
        buffer = io.BytesIO()
        np.savez(buffer, logits=given.logits, labels=given.labels)
        with writing(self.cache):
            self.cache.parent.mkdir(parents=True, exist_ok=True)
            draft = self.cache.with_suffix(f".{os.getpid()}")
            draft.write_bytes(buffer.getvalue())
            draft.replace(self.cache)
        return given

    @property
    def cache(self) -> Path:
        parts = (self.prepared.sha256, self.data.fingerprint, self.runtime)
        name = hashlib.sha256("|".join(parts).encode()).hexdigest()[:20]
        return self.home / "cache" / "fp32" / f"{self.workload.name}-{name}.npz"


def _packed(given: Answers) -> bytes:
    """Predictions and their confidences, for comparing points picture by picture."""
    shifted = given.logits - given.logits.max(axis=1, keepdims=True)
    confidence = 1 / np.exp(shifted).sum(axis=1)
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        predictions=given.predictions.astype(np.uint16),
        confidence=confidence.astype(np.float16),
    )
    return buffer.getvalue()


def _measurement(
    request: Request,
    runtime: str,
    prepared: Prepared,
    artifact: Artifact,
    data: Dataset,
    fp32: Answers,
    given: Answers,
    timed: Latency,
    timed_fp32: Latency,
    *,
    key: str,
    is_fp32: bool,
    busy: str,
    threads: int,
    seconds: tuple[float, float],
    home: Path,
) -> Measurement:
    n = len(given.labels)
    right, five = int(given.right.sum()), int(given.right_in_five.sum())
    top1, top5, beside = wilson(right, n), wilson(five, n), paired(fp32.right, given.right)
    content = artifact.path.read_bytes()
    return Measurement(
        key=key,
        workload=request.workload,
        recipe=request.recipe,
        data=f"{data.title}, {n:,} report pictures",
        n=n,
        accuracy=right / n,
        accuracy_low=top1.low,
        accuracy_high=top1.high,
        top5=five / n,
        top5_low=top5.low,
        top5_high=top5.high,
        fp32_accuracy=float(fp32.right.mean()),
        drop=beside.drop,
        drop_low=0.0 if is_fp32 else beside.interval.low,
        drop_high=0.0 if is_fp32 else beside.interval.high,
        flips=int((fp32.predictions != given.predictions).sum()),
        lost=beside.lost,
        gained=beside.gained,
        p_value=beside.p_value,
        sqnr_db=sqnr_db(fp32.logits, given.logits),
        size_bytes=len(content),
        fp32_size_bytes=prepared.path.stat().st_size,
        effective_weight_bits=artifact.effective_weight_bits,
        effective_activation_bits=artifact.effective_activation_bits,
        latency_ms=timed.median_ms,
        latency_low_ms=timed.interval.low,
        latency_high_ms=timed.interval.high,
        fp32_latency_ms=timed_fp32.median_ms,
        fp32_latency_low_ms=timed_fp32.interval.low,
        fp32_latency_high_ms=timed_fp32.interval.high,
        latency_runs=timed.runs,
        threads=threads,
        runtime=runtime,
        kernels=artifact.kernels,
        integer_mac_share=artifact.integer_mac_share,
        outcomes=artifact.outcomes,
        quantize_seconds=seconds[0],
        evaluate_seconds=seconds[1],
        machine=this_machine(),
        artifact=_below(artifact.path, home),
        artifact_sha256=hashlib.sha256(content).hexdigest(),
        oldest_runtime=artifact.oldest_runtime,
        measured_at=datetime.now(UTC).isoformat(timespec="seconds"),
        versions={
            "bitfront": __version__,
            "python": platform.python_version(),
            **{name: version(name) for name in ("onnxruntime", "onnx", "numpy")},
        },
        skipped=data.skipped,
        data_id=data.fingerprint[:12],
        notes=(*_notes(artifact), *filter(None, [busy])),
    )


def _below(path: Path, home: Path) -> str:
    return path.relative_to(home).as_posix() if path.is_relative_to(home) else path.name


def _notes(artifact: Artifact) -> tuple[str, ...]:
    if artifact.agreement_db is None:
        return ()
    return (
        f"integer kernels agree with the dequantised reference to {artifact.agreement_db:.0f} dB "
        f"on {CHECKED_PICTURES} pictures",
    )
