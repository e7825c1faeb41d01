"""The most that this machine reaches: multiply-adds in float and in 8 bits, and bytes copied.

Short ONNX Runtime kernels of several sizes, the best run of each; the best size counts.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from quant.breakdown.record import Peak, Peaks, peaks_of
from quant.disk import writing
from quant.graph.fold import OLD_IR_VERSION
from quant.measure.machine import this_machine
from quant.runtime.ort import Session
from quant.runtimes import full_name

MATRICES = (256, 512, 1024)  # rows, columns and sums of a product
CONVOLUTIONS = ((64, 56), (256, 14))  # channels in and out, height and width; 3 x 3
COPIES = tuple(2**power for power in range(18, 27, 2))  # bytes: 256 KB to 64 MB
LEAST_RUNS, SECONDS_A_KERNEL = 5, 0.12
COPIED_AT_LEAST = 2**26  # bytes in one timing
VERSION = 1


def peaks(home: Path, threads: int) -> Peaks:
    """From the cache below `home`, or measured now. The caller holds the machine's lock."""
    runtime = full_name("onnxruntime").replace(" ", "-")
    name = f"{this_machine().id}-{runtime}-{threads}-threads-v{VERSION}.json"
    path = home / "cache" / "peaks" / name
    try:
        return peaks_of(json.loads(path.read_text()))
    except (OSError, ValueError, KeyError, TypeError):
        found = measured(threads)
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}")
        draft.write_text(json.dumps(asdict(found)))
        draft.replace(path)
    return found


def reached(home: Path, threads: int) -> tuple[float, float, float]:
    """As `Measurement.peaks`: in float, in 8 bits, and bytes from memory, by the largest copy."""
    found = peaks(home, threads)
    return found.float_gmacs, found.integer_gmacs, found.copies[-1][1]


@lru_cache(maxsize=8)
def measured(threads: int) -> Peaks:
    """Take a second or two to find out, once a process."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "kernel.onnx"
        tries: dict[bool, list[Peak]] = {False: [], True: []}
        for integer, found in tries.items():
            for size in MATRICES:
                onnx.save(_product(size, integer), path)
                given = np.ones((1, size, size), np.uint8 if integer else np.float32)
                what = f"{'8-bit' if integer else 'float'} matrix product of {size} × {size}"
                found.append(Peak(what, size**3 / _best(path, given, threads) / 1e9))
            for channels, side in CONVOLUTIONS:
                onnx.save(_convolution(channels, side, integer), path)
                given = np.ones((1, channels, side, side), np.uint8 if integer else np.float32)
                macs = channels**2 * 9 * side**2
                what = (
                    f"{'8-bit' if integer else 'float'} 3 × 3 convolution of {channels} channels "
                    f"at {side} × {side}"
                )
                found.append(Peak(what, macs / _best(path, given, threads) / 1e9))
    copies = tuple((size, _copying(size, threads)) for size in COPIES)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return Peaks(threads, tuple(tries[False]), tuple(tries[True]), copies, now)


def _best(path: Path, given: np.ndarray, threads: int) -> float:
    session = Session(path, threads=threads)
    session.run(given)
    return _least(lambda: session.run(given))


def _copying(size: int, threads: int) -> float:
    """10⁹ bytes a second, read and written, by so many threads, each on a part of its own."""
    each = size // threads
    pairs = [(np.ones(each, np.uint8), np.zeros(each, np.uint8)) for _ in range(threads)]
    times = max(1, COPIED_AT_LEAST // size)

    def copy(pair: tuple[np.ndarray, np.ndarray]) -> None:
        source, target = pair
        for _ in range(times):
            np.copyto(target, source)

    with ThreadPoolExecutor(threads) as pool:
        seconds = _least(lambda: list(pool.map(copy, pairs)))
    return 2 * each * threads * times / seconds / 1e9


def _least(call: Callable[[], object]) -> float:
    taken: list[float] = []
    while len(taken) < LEAST_RUNS or sum(taken) < SECONDS_A_KERNEL:
        start = time.perf_counter()
        call()
        taken.append(time.perf_counter() - start)
    return min(taken)


def _product(size: int, integer: bool) -> onnx.ModelProto:
    shape: list[int | str] = ["batch", size, size]
    if not integer:
        weight = numpy_helper.from_array(np.full((size, size), 0.5, np.float32), "weight")
        node = helper.make_node("MatMul", ["given", "weight"], ["result"])
        return _model([node], [weight], shape, shape, TensorProto.FLOAT)
    weight = numpy_helper.from_array(np.ones((size, size), np.int8), "weight")
    inputs = ["given", "scale", "zero", "weight", "scale", "signed", "wide", "zero"]
    node = helper.make_node("QLinearMatMul", inputs, ["result"])
    return _model([node], [weight, *_grid()], shape, shape, TensorProto.UINT8)


def _convolution(channels: int, side: int, integer: bool) -> onnx.ModelProto:
    shape: list[int | str] = ["batch", channels, side, side]
    plain = (channels, channels, 3, 3)
    if not integer:
        weight = numpy_helper.from_array(np.full(plain, 0.5, np.float32), "weight")
        node = helper.make_node("Conv", ["given", "weight"], ["result"], pads=[1, 1, 1, 1])
        return _model([node], [weight], shape, shape, TensorProto.FLOAT)
    weight = numpy_helper.from_array(np.ones(plain, np.int8), "weight")
    inputs = ["given", "scale", "zero", "weight", "scale", "signed", "wide", "zero"]
    node = helper.make_node("QLinearConv", inputs, ["result"], pads=[1, 1, 1, 1])
    return _model([node], [weight, *_grid()], shape, shape, TensorProto.UINT8)


def _grid() -> list[TensorProto]:
    values = {
        "scale": np.float32(0.1), "wide": np.float32(50), "zero": np.uint8(0), "signed": np.int8(0)
    }  # fmt: skip
    return [numpy_helper.from_array(np.asarray(value), name) for name, value in values.items()]


def _model(
    nodes: list[onnx.NodeProto],
    constants: list[TensorProto],
    given: list[int | str],
    result: list[int | str],
    kind: int,
) -> onnx.ModelProto:
    graph = helper.make_graph(
        nodes,
        "kernel",
        [helper.make_tensor_value_info("given", kind, given)],
        [helper.make_tensor_value_info("result", kind, result)],
        constants,
    )
    return helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=OLD_IR_VERSION
    )
