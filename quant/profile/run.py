"""Take one measured point apart: its time by operation, and where its loss comes from."""

from __future__ import annotations

import hashlib
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from filelock import FileLock

from models.data import Dataset
from models.workload import ACCURACY, slug, workload
from quant.artifact import CHECKED_PICTURES, make
from quant.baseline import Progress
from quant.breakdown.record import Breakdown, Origin, Timed
from quant.calibrated import calibrated, equalised
from quant.disk import writing
from quant.errors import BitfrontError, ModelError
from quant.graph.prepared import Prepared, prepare
from quant.identity import Request, data_of, key_of
from quant.measure.machine import this_machine
from quant.profile.cost import FEEDS, Cost, chains, cost_of, shares
from quant.profile.match import operations, rows_of
from quant.profile.origin import origin
from quant.profile.peaks import peaks
from quant.profile.trace import ROUNDS, Feed, Trace, traced
from quant.recipe import FLOAT, Recipe
from quant.runtimes import full_name
from quant.settings import settings
from quant.shelf import SHELF, shelf

ATTEMPTS = 3
TRIED_PICTURES = 16  # to calibrate a trial file
QUIET = (0.95, 1.15)  # what is left once the profiler's cost is off, as a share of the latency


def taken_apart(request: Request, home: Path, progress: Progress) -> Breakdown:
    """Profile the file of a measured point beside FP32's, and quantise its network in part.

    Raises:
        BitfrontError: the file is not here, or anything else that a person can mend.
    """
    start = time.perf_counter()
    chosen = workload(request.workload)
    progress("Reading the pictures", 0.0)
    data = data_of(request, home)
    threads = settings().threads
    key = key_of(chosen, request.recipe, data)
    is_fp32 = request.recipe.is_fp32
    progress("Waiting for the machine", 0.01)
    with writing(home), FileLock(home / "machine.lock"):
        progress("Preparing the network", 0.02)
        prepared = prepare(chosen, home)
        file = prepared.path if is_fp32 else file_of(request, key, home)
        progress("Measuring the machine's peaks", 0.05)
        best = peaks(home, threads)
        progress("Profiling beside FP32", 0.15)
        fp32, given = timed(prepared, file, data.report.take([0]), threads)
        tried = found = None
        if request.recipe.least_activations == FLOAT:
            progress("Trying a file of 8 bits", 0.25)
            tried = _tried(prepared, data, threads)
        if not is_fp32:
            found = _origin(request, file, prepared, data, threads, progress)
    progress("Done", 1.0)
    return Breakdown(
        key=key,
        workload=request.workload,
        recipe=request.recipe,
        machine=this_machine(),
        runtime=full_name(request.runtime),
        threads=threads,
        fp32=fp32,
        given=given,
        rows=rows_of(prepared),
        peaks=best,
        origin=found,
        seconds=time.perf_counter() - start,
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        artifact_sha256=hashlib.sha256(file.read_bytes()).hexdigest(),
        trial_ms=None if tried is None else tried * fp32.latency_ms,
    )


def timed(
    prepared: Prepared,
    file: Path,
    picture: Feed,
    threads: int,
    *,
    rounds: int = ROUNDS,
    attempts: int = ATTEMPTS,
) -> tuple[Timed, Timed]:
    """FP32's account and the file's, of the quietest attempt. They are one where the file is FP32.

    The caller holds the machine's lock.
    """
    files = list(dict.fromkeys((prepared.path, file)))
    best: tuple[float, list[Timed]] | None = None
    with tempfile.TemporaryDirectory() as folder:
        quick = list(zip(chains(Path(folder)), FEEDS, strict=True))
        for _ in range(attempts):
            *seen, single, plain, many = traced(
                [*((path, picture) for path in files), *quick], threads=threads, rounds=rounds
            )
            cost = cost_of(single, plain, many)
            found = [_timed(prepared, trace, cost) for trace in seen]
            doubt = max(abs(np.log(one.before_scaling)) for one in found)
            if best is None or doubt < best[0]:
                best = (doubt, found)
            if all(QUIET[0] <= one.before_scaling <= QUIET[1] for one in found):
                break
    if best is None:
        raise ModelError("nothing was profiled; try again")
    return best[1][0], best[1][-1]


def _tried(prepared: Prepared, data: Dataset, threads: int) -> float | None:
    """Latency of a file of 8 bits as a share of FP32's; None where none can be made.

    Ranges and rounding change values, not kernels, so a few pictures and the nearest level do.
    """
    recipe = Recipe(calibration_images=min(TRIED_PICTURES, len(data.calibrate)))
    with tempfile.TemporaryDirectory() as folder:
        try:
            seen = calibrated(prepared, data, recipe)
            pictures = data.select.take(range(min(CHECKED_PICTURES, len(data.select))))
            made = make(prepared, recipe, seen, pictures, Path(folder) / "tried.onnx", "trial")
        except BitfrontError:
            return None
        fp32, given = timed(prepared, made.path, data.report.take([0]), threads, attempts=1)
    return given.latency_ms / fp32.latency_ms


def file_of(request: Request, key: str, home: Path) -> Path:
    """The newest file of a point, on the shelf or in the archive.

    Raises:
        ModelError: there is none.
    """
    place = shelf(home)
    stem = f"{slug(request.workload)}-{request.recipe.bits}-{key[:10]}-*.onnx"
    found = [
        path
        for root in (place.home / SHELF, place.archive)
        for path in (root / slug(request.workload)).glob(stem)
    ]
    if not found:
        raise ModelError(
            f"the file of {request.recipe.label} is not on this machine; measure it first, or "
            "have it made again, and then have it explained"
        )
    return max(found, key=lambda path: path.stat().st_mtime)


def _timed(prepared: Prepared, trace: Trace, cost: Cost) -> Timed:
    found = shares(trace, cost)
    return Timed(
        latency_ms=trace.plain_us / 1000,
        call_ms=found.call_ms,
        profiler_us=found.profiler_us,
        before_scaling=found.before_scaling,
        runs=trace.runs,
        operations=operations(prepared, trace.events, found.ms, trace.graph),
    )


def _origin(
    request: Request,
    file: Path,
    prepared: Prepared,
    data: Dataset,
    threads: int,
    progress: Progress,
) -> Origin:
    recipe = request.recipe
    if recipe.equalizes:
        progress("Moving scales between layers", 0.38)
        prepared = equalised(prepared, data, recipe)

    def told(step: str, share: float) -> None:
        progress(step, 0.4 + 0.59 * share)

    has_labels = workload(request.workload).metric == ACCURACY
    return origin(file, prepared, data.select, threads, told, has_labels=has_labels)
