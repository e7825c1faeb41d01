"""What is measured of one architecture.

In a process of its own, so that what goes wrong with one network, or is too large, ends no other's.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections import Counter
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.zoo.subjects import chosen, counts, pictures
from models.data import Dataset
from quant.artifact import Artifact, is_integer, make
from quant.calibrated import calibrated, equalised
from quant.errors import BitfrontError
from quant.graph.files import size_of
from quant.graph.prepared import Prepared, prepare
from quant.identity import ENGINE_VERSION
from quant.measure.accuracy import sqnr_db
from quant.measure.reference import reference_file
from quant.measure.timer import Subject, Timer
from quant.recipe import Recipe
from quant.rounding.checkpoint import Checkpoint
from quant.rounding.source import Source
from quant.runtime.ort import Session
from quant.settings import settings

WIDTHS = ((8, 8), (4, 8))
ROUNDS, LEAST_SECONDS = 5, 0.05  # of timing, and of each file in a round
CHECKED = 2  # pictures that the kernels are compared with the file's definition on


def measured(name: str, method: str, home: Path, data: Path | None) -> dict[str, Any]:
    """Everything that the table states of one architecture; `failed` says what went wrong."""
    workload = chosen(name)
    found: dict[str, Any] = {
        "architecture": name,
        "method": method,
        "engine": ENGINE_VERSION,
        "weights": workload.weight_set,
        "side": workload.input_shape[1],
        "parameters": workload.parameters,
        "macs": workload.macs,
        "counts": list(counts(workload)),
    }
    stage = "preparing it"
    try:
        split = pictures(workload, data, home / "cache" / "pictures")
        found["pictures"] = split.title
        start = time.perf_counter()
        prepared = prepare(workload, home)
        found["prepare_seconds"] = time.perf_counter() - start
        found["graph_macs"] = sum(one.macs for one in (*prepared.layers, *prepared.products))
        found["fp32_bytes"] = size_of(prepared.path)
        for weights, activations in WIDTHS:
            stage = f"quantising it at w{weights}a{activations}"
            count = counts(workload)[0]
            recipe = Recipe(weights, activations, method, "minmax", calibration_images=count)
            with tempfile.TemporaryDirectory(dir=home) as folder:
                found[f"w{weights}a{activations}"] = _recipe(
                    prepared, split, recipe, Path(folder), counts(workload)[1], home
                )
    except BitfrontError as exc:
        found["failed"] = f"{stage}: {exc}"
    except Exception as exc:  # a defect of ours is a line of the table too
        found["failed"] = f"{stage}: {type(exc).__name__}: {str(exc).splitlines()[0][:200]}"
    return found


def _recipe(
    prepared: Prepared, data: Dataset, recipe: Recipe, folder: Path, count: int, home: Path
) -> dict[str, Any]:
    start = time.perf_counter()
    artifact = _artifact(prepared, data, recipe, folder)
    seconds = time.perf_counter() - start
    tested = data.report.take(range(count))
    batches = [tested[i : i + 4] for i in range(0, count, 4)]
    wanted, given = (
        np.concatenate([session.run(one) for one in batches])
        for session in (Session(path, threads=1) for path in (prepared.path, artifact.path))
    )
    told = {
        "sqnr_db": sqnr_db(wanted, given),
        "integer_mac_share": artifact.integer_mac_share,
        "size_ratio": size_of(artifact.path) / size_of(prepared.path),
        "agreement_db": artifact.agreement_db,
        "kernels": artifact.kernels,
        "in_float": _in_float(artifact),
        "seconds": seconds,
    }
    if recipe.weights == 8:  # all widths run on the same kernels
        told |= _timed(artifact.path, prepared.path, tested[:1], home)
    return told


def _artifact(prepared: Prepared, data: Dataset, recipe: Recipe, folder: Path) -> Artifact:
    source = None
    if recipe.equalizes:
        prepared = equalised(prepared, data, recipe)
    if recipe.learns:
        source = Source(
            lambda n: [data.calibrate.take(range(n))],
            recipe.calibration_images,
            Checkpoint(folder / "layers"),
            lambda *_: None,
            settings().threads,
            0,
        )
    observed = calibrated(prepared, data, recipe)
    checked = data.select.take(range(CHECKED))
    path = folder / "quantised.onnx"
    return make(prepared, recipe, observed, checked, path, prepared.path.stem, source)


def _in_float(artifact: Artifact) -> list[list[Any]]:
    """Operations in float with their reason and number, and the multiply-adds among them."""
    left = [one for one in artifact.outcomes if not is_integer(one)]
    number = Counter((one.op, one.kept) for one in left)
    macs: Counter[tuple[str, str]] = Counter()
    for one in left:
        macs[one.op, one.kept] += one.macs
    return [[op, kept, times, macs[op, kept]] for (op, kept), times in number.most_common()]


def _timed(file: Path, fp32: Path, picture: np.ndarray, home: Path) -> dict[str, Any]:
    """Median milliseconds of both, and of the ratios of rounds that take turns."""
    rounds: list[tuple[float, float]] = []
    with tempfile.TemporaryDirectory(dir=home) as folder, Timer() as timer:
        given = Path(folder) / "picture.npy"
        np.save(given, picture)
        timer.wait()
        files = (file, fp32)
        typical, _ = timer.load(Subject(files, reference_file(home), given, settings().threads))
        runs = [max(1, int(LEAST_SECONDS / seconds)) for seconds in typical]
        for number in range(ROUNDS):
            order = [0, 1] if number % 2 else [1, 0]
            seconds = timer.round(order, runs).seconds
            rounds.append((float(np.median(seconds[0])), float(np.median(seconds[1]))))
    mine, theirs = np.array(rounds).T
    return {
        "ms": float(np.median(mine)) * 1e3,
        "fp32_ms": float(np.median(theirs)) * 1e3,
        "latency_ratio": float(np.median(mine / theirs)),
        "load": os.getloadavg()[0],
    }


def tell(said: Connection, name: str, method: str, home: Path, data: Path | None) -> None:
    """Measure, say it, and leave nothing large behind."""
    try:
        said.send(measured(name, method, home, data))
    finally:
        _drop(chosen(name).slug, home)
        said.close()


def _drop(slug: str, home: Path) -> None:
    """The prepared network: eighty of them would take 20 GB."""
    for path in (home / "cache" / "prepared").glob(f"{slug}-*"):
        path.unlink()
