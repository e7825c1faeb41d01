"""An engine that measures nothing and is quick. Files in the home folder make it misbehave.

`hold-w4a8` keeps that point running until the file goes; `bug-…`, `refuse-…`, `die-…` and
`crash-…` make a point raise, end in a sentence, kill its worker, or have it crash; `hang-…` makes
it go on for ever without a word, `eat-…` take memory without end. `pace` holds the seconds that
every point takes.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import signal
import threading
import time
from dataclasses import replace
from pathlib import Path

from quant.breakdown.record import Breakdown
from quant.errors import DataError, ModelError, RequestError
from quant.jobs.executor import Identity, Known, Progress
from quant.jobs.requests import Task
from quant.records import Measurement
from quant.sensitivity.histograms import pack
from quant.sensitivity.rated import Rated
from tests.breakdown.samples import breakdown
from tests.pages.samples import EPYC, measurement, said
from tests.sensitivity.samples import sensitivity

RUNTIME = "onnxruntime 1.0"
PICTURES = 100
THREADS = 2


def warm() -> None:
    pass


def fetch(task: Task, home: Path, progress: Progress) -> None:
    if (home / "unreachable").exists():
        raise ModelError("the weights cannot be downloaded; put them there by hand")
    if (home / "absent").exists():
        progress("Downloading", 0.01)
        (home / "absent").unlink()


def _eat() -> None:
    eaten = []
    while len(eaten) < 40:  # 4 GB, were nobody to stop it
        eaten.append(bytearray(os.urandom(1000) * 100_000))
        time.sleep(0.01)


def identity(task: Task, home: Path) -> Identity:
    if task.images is not None and task.images > PICTURES:
        raise RequestError(f"{task.images} asked for, {PICTURES} there; ask for fewer")
    key = hashlib.sha256(f"{task.workload} {task.recipe.canonical}".encode()).hexdigest()[:24]
    timing = task.timing
    n = task.images or PICTURES
    return Identity(key, EPYC.id, RUNTIME, n, timing.batch, timing.threads or THREADS)


def explain(task: Task, home: Path, progress: Progress) -> Breakdown:
    found = identity(task, home)
    progress("Profiling beside FP32", 0.5)
    if (home / "refuse-explain").exists():
        raise DataError("the file is not here; measure it again")
    return breakdown(task.recipe, key=found.key, workload=task.workload, runtime=RUNTIME)


def rate(task: Task, home: Path, progress: Progress) -> Rated:
    progress("Quantising one layer at a time: 1 of 2", 0.5)
    if (home / "refuse-rate").exists():
        raise DataError("there are no pictures to try layers on; add some")
    return Rated(sensitivity(workload=task.workload, method=task.recipe.method), pack(()))


def evaluate(task: Task, home: Path, progress: Progress) -> tuple[Measurement, bytes]:
    found = identity(task, home)
    bits = task.recipe.bits
    with (home / "evaluated").open("a") as log:
        log.write(f"{bits}\n")
    progress("Working", 0.5)
    hold = threading.Event()
    while (home / f"hold-{bits}").exists():
        progress("Holding", 0.5)
        hold.wait(0.02)
    if (home / "pace").exists():
        hold.wait(float((home / "pace").read_text()))
    if (home / f"hang-{bits}").exists():
        hold.wait()
    if (home / f"eat-{bits}").exists():
        _eat()
    if (home / f"crash-{bits}").exists():
        ctypes.string_at(0)
    if (home / f"die-{bits}").exists():
        os.kill(os.getpid(), signal.SIGKILL)
    if (home / f"bug-{bits}").exists():
        raise ZeroDivisionError("a bug")
    if (home / f"refuse-{bits}").exists():
        raise DataError("there are no pictures; add some")
    print("noise that must not reach standard output")
    artifact = home / "artifacts" / f"{found.key}.onnx"
    artifact.parent.mkdir(exist_ok=True)
    artifact.write_bytes(bits.encode())
    measured = measurement(
        task.recipe,
        key=found.key,
        workload=task.workload,
        n=found.n,
        runtime=RUNTIME,
        machine=EPYC,
        artifact=str(artifact.relative_to(home)),
        artifact_sha256=hashlib.sha256(bits.encode()).hexdigest(),
        batch=found.batch,
        threads=found.threads,
    )
    return measured, said(measured)


def time_again(task: Task, known: Known, home: Path, progress: Progress) -> Known:
    with (home / "timed").open("a") as log:
        log.write(f"{task.recipe.bits}\n")
    progress("Timing", 0.8)
    found = identity(task, home)
    measured, samples = known
    again = replace(
        measured,
        batch=found.batch,
        threads=found.threads,
        rest_measured_at=measured.rest_measured_at or measured.measured_at,
    )
    return again, samples
