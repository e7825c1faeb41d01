"""Run files with and without the runtime's profiler, in turns, and read what it wrote."""

from __future__ import annotations

import json
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import GraphProto

from quant.errors import ModelError
from quant.runtime.options import PROVIDERS, options

ROUNDS = 16
ROUND_SECONDS = 0.02  # of each file, with and without the profiler
MOST_RUNS = 100  # of a file in a round
MOST_EVENTS = 10_000  # of one file: each is a kilobyte of text
WARM_RUNS = 5
_KERNEL = "_kernel_time"

Feed = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Event:
    """One operation as the profiler saw it, in the mean of the typical runs.

    `us` includes what the profiler itself takes; `inputs` counts its tensors, weights included.
    """

    name: str
    op: str
    inputs: int
    us: float
    moved_bytes: int
    integer: bool


@dataclass(frozen=True)
class Trace:
    """One file: microseconds without the profiler, the operations, and the graph executed."""

    plain_us: float
    runs: int
    events: tuple[Event, ...]
    graph: GraphProto


def traced(
    files: Sequence[tuple[Path, Feed]], *, threads: int, rounds: int = ROUNDS
) -> list[Trace]:
    """Trace several files in alternating rounds, so that all meet the same machine.

    The caller holds the machine's lock.

    Raises:
        ModelError: a file does not load or run.
    """
    with tempfile.TemporaryDirectory() as folder:
        try:
            watched = [
                _Watched(path, feed, threads, Path(folder) / str(at), rounds)
                for at, (path, feed) in enumerate(files)
            ]
            for number in range(rounds):
                for one in watched if number % 2 == 0 else reversed(watched):
                    one.round()
            return [one.trace() for one in watched]
        except ModelError:
            raise
        except Exception as exc:  # onnxruntime raises errors of many kinds
            raise ModelError(
                f"ONNX Runtime cannot profile this file: {str(exc).splitlines()[0][:200]}"
            ) from exc


class _Watched:
    """A file loaded twice, once with the profiler."""

    def __init__(self, path: Path, feed: Feed, threads: int, folder: Path, rounds: int) -> None:
        folder.mkdir()
        written = folder / "optimised.onnx"
        self._plain = onnxruntime.InferenceSession(str(path), options(threads), providers=PROVIDERS)
        watching = options(threads)
        watching.enable_profiling = True
        watching.profile_file_prefix = str(folder / "profile")
        watching.optimized_model_filepath = str(written)
        self._profiled = onnxruntime.InferenceSession(str(path), watching, providers=PROVIDERS)
        self._graph = onnx.load(written).graph
        self._outputs = [self._plain.get_outputs()[0].name]
        self._feed = {self._plain.get_inputs()[0].name: feed}
        self._times: list[float] = []
        for _ in range(WARM_RUNS):
            self._run(self._plain)
            self._run(self._profiled)
        typical = float(np.median([self._run(self._plain) for _ in range(WARM_RUNS)]))
        self._runs = max(2, min(MOST_RUNS, int(ROUND_SECONDS / typical)))
        events = max(1, len(self._graph.node)) * rounds
        self._profiled_runs = max(2, min(self._runs, MOST_EVENTS // events))

    def round(self) -> None:
        """The first run of each kind finds caches that others have filled; it does not count."""
        self._times += [self._run(self._plain) for _ in range(1 + self._runs)][1:]
        for _ in range(1 + self._profiled_runs):
            self._run(self._profiled)

    def trace(self) -> Trace:
        path = Path(self._profiled.end_profiling())
        found = json.loads(path.read_text())
        events = read(found, WARM_RUNS, 1 + self._profiled_runs)
        return Trace(float(np.median(self._times)) * 1e6, len(self._times), events, self._graph)

    def _run(self, session: Any) -> float:
        start = time.perf_counter()
        session.run(self._outputs, self._feed)
        return time.perf_counter() - start


def read(profile: Sequence[dict[str, Any]], skipped: int, a_round: int = 0) -> tuple[Event, ...]:
    """The operations of a profile in the order executed.

    Their means are over the middle half of the runs by total time: a mean, since the profiler
    counts whole microseconds, and of the same runs for all, so that they still add up.

    Args:
        profile: the events that ONNX Runtime wrote.
        skipped: runs at the beginning that do not count.
        a_round: of so many runs, the first one does not count; 0 counts all.
    """
    kernels = [one for one in profile if str(one.get("name", "")).endswith(_KERNEL)]
    kernels.sort(key=lambda one: float(one["ts"]))
    runs = sum(one.get("name") == "model_run" for one in profile)
    times: dict[tuple[str, str], list[float]] = defaultdict(list)
    first: dict[tuple[str, str], dict[str, Any]] = {}
    for one in kernels:
        named = (one["name"].removesuffix(_KERNEL), str(one["args"].get("node_index", "")))
        times[named].append(float(one["dur"]))
        first.setdefault(named, one["args"])
    if not runs or not times:
        raise ModelError("ONNX Runtime's profiler told of no operation; it may be switched off")
    table = np.array([_a_run(values, runs) for values in times.values()])  # (operations, runs)
    counted = np.arange(runs) >= skipped
    if a_round:
        counted &= (np.arange(runs) - skipped) % a_round != 0
    means = _typical(table[:, counted])
    return tuple(
        _event(name, first[name, index], float(us))
        for (name, index), us in zip(times, means, strict=True)
    )


def _a_run(values: list[float], runs: int) -> NDArray[np.float64]:
    """Time of an operation in each run, its repetitions summed; a loop may repeat it."""
    each = np.array(values, np.float64)
    if len(each) % runs:
        return np.full(runs, each.sum() / runs)
    return np.asarray(each.reshape(runs, -1).sum(axis=1))


def _typical(table: NDArray[np.float64]) -> NDArray[np.float64]:
    order = np.argsort(table.sum(axis=0), kind="stable")
    outer = len(order) // 4
    return np.asarray(table[:, order[outer : len(order) - outer]].mean(axis=1))


def _event(name: str, told: dict[str, Any], us: float) -> Event:
    sizes = ("parameter_size", "activation_size", "output_size")
    kinds = {kind for output in told.get("output_type_shape", ()) for kind in output}
    return Event(
        name=name,
        op=str(told.get("op_name", "")),
        inputs=len(told.get("input_type_shape", ())),
        us=us,
        moved_bytes=sum(int(told.get(size, 0)) for size in sizes),
        integer=bool(kinds & {"int8", "uint8"}),
    )
