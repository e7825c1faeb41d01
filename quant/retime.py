"""A file that was measured before, timed at another batch or with other threads."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock

from models.data import Dataset
from models.workload import workload
from quant.baseline import TIMING, Progress
from quant.disk import writing
from quant.errors import StoreError
from quant.graph.prepared import prepare
from quant.identity import Request, data_of
from quant.measure.latency import Contender, Latency, Timings, rounds
from quant.measure.quiet import BUSY
from quant.profile.peaks import reached
from quant.records import Measurement
from quant.samples import Samples
from quant.shelf import shelf
from quant.timing import Timing
from quant.translated import fp32_for


def time_again(
    request: Request, known: Measurement, samples: bytes | None, home: Path, progress: Progress
) -> tuple[Measurement, bytes | None]:
    """Nothing is quantised and no picture counted again: only latency is new.

    Args:
        known: a measurement of what is requested, at another batch or with other threads.
        samples: what was kept beside it.
    Raises:
        StoreError: its file is gone, or is another one.
    """
    chosen, data = workload(request.workload), data_of(request, home)
    path = shelf(home).find(known.artifact)
    if path is None or hashlib.sha256(path.read_bytes()).hexdigest() != known.artifact_sha256:
        raise StoreError(
            f"the file of {known.recipe.label} is not the one that was measured; add --fresh"
        )
    progress("Waiting for the machine", 0.01)
    with writing(home), FileLock(home / "machine.lock"):
        its = fp32_for(prepare(chosen, home), request.runtime)
        contender = Contender(path, path if known.recipe.is_fp32 else its.path, request.runtime)
        found = latencies([contender], data, request.timing, home, progress).latency()
        peaks = reached(home, request.timing.count)
    progress("Done", 1.0)
    measured = replace(
        known,
        peaks=peaks,
        **fields(found, request.timing),
        measured_at=datetime.now(UTC).isoformat(timespec="seconds"),
        rest_measured_at=known.rest_measured_at or known.measured_at,
        notes=notes(tuple(note for note in known.notes if not note.startswith(BUSY)), found),
    )
    return measured, samples and _with_runs(samples, known.n, found)


def _with_runs(samples: bytes, n: int, found: Latency) -> bytes:
    """The same answers, with the single runs of another timing."""
    runs, fp32_runs = np.array(found.spread_ms), np.array(found.fp32_spread_ms)
    return replace(Samples.read(samples, n), runs_ms=runs, fp32_runs_ms=fp32_runs).pack()


def latencies(
    contenders: Sequence[Contender],
    data: Dataset,
    timing: Timing,
    home: Path,
    progress: Progress,
    *,
    starts: int | None = None,
) -> Timings:
    """Of files on report pictures, beside FP32. The caller holds the machine's lock."""
    step = "Timing" if all(len(one.files) == 1 for one in contenders) else "Timing beside FP32"
    pictures = data.report.take([at % len(data.report) for at in range(timing.batch)])
    return rounds(
        contenders,
        pictures,
        threads=timing.count,
        home=home,
        told=lambda share: progress(step, TIMING + (1 - TIMING) * share),
        starts=starts,
    )


def fields(found: Latency, timing: Timing) -> dict[str, Any]:
    """What a Measurement tells of latency, by name."""
    told: dict[str, Any] = {}
    for name, one in (("latency", found.file), ("fp32_latency", found.fp32)):
        told[f"{name}_ms"] = one.middle
        told[f"{name}_low_ms"], told[f"{name}_high_ms"] = one.interval.low, one.interval.high
    ratio = found.ratio
    return told | {
        "latency_ratio": ratio.middle,
        "latency_ratio_low": ratio.interval.low,
        "latency_ratio_high": ratio.interval.high,
        "latency_again_low": ratio.again.low,
        "latency_again_high": ratio.again.high,
        "latency_runs": found.runs,
        "latency_starts": found.starts,
        "batch": timing.batch,
        "threads": timing.count,
    }


def notes(others: tuple[str, ...], found: Latency) -> tuple[str, ...]:
    """With what disturbed the timing, where anything did."""
    return (*others, *filter(None, [found.note]))
