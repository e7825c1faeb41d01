"""Time a network in PyTorch beside ONNX Runtime's FP32, and have it answer the report pictures."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from models.data import Dataset
from models.workload import ACCURACY, Workload, workload
from quant.baseline import Progress
from quant.disk import writing
from quant.errors import RequestError
from quant.graph.prepared import prepare
from quant.identity import Request, count_of, data_of
from quant.measure.accuracy import batch_size
from quant.measure.latency import Contender
from quant.measure.machine import this_machine
from quant.reference.record import BFLOAT16, COMPILED, EAGER, FLOAT32, Reference
from quant.retime import latencies
from quant.settings import settings

RUNTIME = "pytorch"  # as the stopwatch knows it
STARTS = 3  # each compiles its network anew
COMPILERS = ("c++", "g++", "clang++")  # that torch.compile looks for, beside CXX
Classes = NDArray[np.int64]
NO_COMPILER = (
    "torch.compile needs a C++ compiler and this machine has none of "
    f"{', '.join(COMPILERS)}, nor CXX: only eager PyTorch was measured"
)


def measured(request: Request, home: Path, progress: Progress) -> list[Reference]:
    """PyTorch eager and compiled, in float32 and bfloat16, on the machine as it is.

    Raises:
        RequestError: the workload has no torch network.
        BitfrontError: anything else that a person can mend.
    """
    chosen = workload(request.workload)
    if not chosen.builder:
        raise RequestError(
            f"{chosen.name} came as an ONNX file and has no torch network to run; "
            "ONNX Runtime's and OpenVINO's FP32 are what it can be set beside"
        )
    progress("Reading the pictures", 0.0)
    data = data_of(request, home)
    count = count_of(request, data)
    compiles = has_compiler()
    progress("Waiting for the machine", 0.01)
    with writing(home), FileLock(home / "machine.lock"):
        prepared = prepare(chosen, home)
        logits = {
            dtype: _answers(chosen, data, count, dtype, progress) for dtype in (FLOAT32, BFLOAT16)
        }
        with tempfile.TemporaryDirectory(prefix="bitfront-reference-") as folder:
            ways = [EAGER, *([COMPILED] if compiles else [])]
            contenders = [Contender(prepared.path, prepared.path)]
            contenders += [_contender(chosen, how, Path(folder)) for how in ways]
            progress("Compiling and timing beside ONNX Runtime", 0.6)
            found = latencies(contenders, data, request.timing, home, progress, starts=STARTS)
    note = "" if compiles else NO_COMPILER
    machine, made_at = this_machine(), datetime.now(UTC).isoformat(timespec="seconds")
    truth = data.report.labels[:count] if chosen.metric == ACCURACY else None
    rows = []
    for at, how in enumerate(ways, 1):
        for dtype in (FLOAT32, BFLOAT16):
            taken = found.latency(at, 0, of_fp32=dtype == FLOAT32)
            said = logits[dtype].argmax(axis=1) if how == EAGER else None
            usual = logits[FLOAT32].argmax(axis=1)
            rows.append(
                Reference(
                    workload=chosen.name,
                    how=how,
                    dtype=dtype,
                    latency_ms=taken.file.middle,
                    latency_low_ms=taken.file.interval.low,
                    latency_high_ms=taken.file.interval.high,
                    latency_ratio=taken.ratio.middle,
                    latency_ratio_low=taken.ratio.interval.low,
                    latency_ratio_high=taken.ratio.interval.high,
                    batch=request.timing.batch,
                    threads=request.timing.count,
                    machine=machine,
                    torch=version("torch"),
                    measured_at=made_at,
                    data=f"{data.title}, {count:,} report pictures",
                    n=0 if said is None else count,
                    accuracy=_share(said, truth),
                    agreement=_share(said, usual),
                    note=" ".join(filter(None, (found.note, note))),
                )
            )
    progress("Done", 1.0)
    return rows


def _share(said: Classes | None, wanted: Classes | None) -> float | None:
    """None where either is not known: random weights and pictures without labels have no truth."""
    return None if said is None or wanted is None else float((said == wanted).mean())


def has_compiler() -> bool:
    """Whether torch.compile finds a C++ compiler."""
    return any(shutil.which(name) for name in (os.environ.get("CXX", ""), *COMPILERS) if name)


def _contender(chosen: Workload, how: str, folder: Path) -> Contender:
    """bfloat16 beside float32, each a file that says what to run."""
    files = {one: folder / f"PyTorch {how} {one}.json" for one in (BFLOAT16, FLOAT32)}
    for dtype, path in files.items():
        path.write_text(json.dumps({"workload": chosen.name, "how": how, "dtype": dtype}))
    return Contender(files[BFLOAT16], files[FLOAT32], RUNTIME)


def _answers(
    chosen: Workload, data: Dataset, count: int, dtype: str, progress: Progress
) -> NDArray[np.float32]:
    """Eager logits (n, classes) of the report pictures."""
    import torch

    from models.build import build

    torch.set_num_threads(settings().threads)
    kind = torch.bfloat16 if dtype == BFLOAT16 else torch.float32
    network = build(chosen).to(kind)
    start, parts, done = 0.05 if dtype == FLOAT32 else 0.3, [], 0
    with torch.inference_mode():
        for pictures, _ in data.report.batches(batch_size(data.report), count):
            parts.append(network(torch.from_numpy(pictures).to(kind)).float().numpy())
            done += len(pictures)
            progress(f"Running {count:,} pictures in {dtype}", start + 0.25 * done / count)
    return np.concatenate(parts)
