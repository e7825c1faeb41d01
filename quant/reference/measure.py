"""Time a network in PyTorch beside ONNX Runtime's FP32, and have it answer the report pictures."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from models.data import Dataset
from models.workload import Workload, workload
from quant.baseline import Progress
from quant.disk import writing
from quant.errors import RequestError
from quant.graph.prepared import prepare
from quant.identity import Request, count_of, data_of
from quant.measure.accuracy import batch_size
from quant.measure.latency import Contender, Timings
from quant.measure.machine import this_machine
from quant.reference.record import BFLOAT16, COMPILED, EAGER, FLOAT32, Reference
from quant.retime import latencies
from quant.settings import settings
from quant.timing import Timing

RUNTIME = "pytorch"  # as the stopwatch knows it
STARTS = 2  # each compiles its network
COMPILERS = ("c++", "g++", "clang++")  # that torch.compile looks for, beside CXX
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
    labels = data.report.take_labels(count) if hasattr(data.report, "take_labels") else None
    told = _Told(chosen, data, request.timing, count, logits, labels)
    return list(told.rows(found, ways, "" if compiles else NO_COMPILER))


def has_compiler() -> bool:
    """Whether torch.compile finds a C++ compiler."""
    return any(shutil.which(name) for name in (os.environ.get("CXX", ""), *COMPILERS) if name)
