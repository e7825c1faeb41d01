"""The account by layer beside an independent latency, and whether the first suggestion is faster.

For the workloads and for torchvision's mobilenet_v3_small with random weights, each from FP32 and
from W8A8. The account comes from profiled runs; the latency from runs of a session of its own.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import onnx

from benchmarks.common import HOME, report, subject
from models.workload import WORKLOADS
from quant.artifact import make
from quant.breakdown.lines import lines
from quant.breakdown.record import Breakdown
from quant.breakdown.rows import plain
from quant.breakdown.suggest import advice, in_words, nothing
from quant.calibrate import observe
from quant.graph.fold import fold
from quant.graph.layers import layers_of
from quant.graph.prepared import Prepared
from quant.lower.placement import candidates
from quant.measure.machine import this_machine
from quant.measure.stopwatch import seconds_of
from quant.profile.match import rows_of
from quant.profile.peaks import peaks
from quant.profile.run import timed
from quant.recipe import Recipe
from quant.runtime.ort import Session
from quant.runtimes import full_name
from quant.settings import settings

NAMES = ("fashion-resnet", "fashion-mobilenet", "fashion-vit", "imagenet-lite0")
FOREIGN = "mobilenet_v3_small"
ROUNDS, RUNS = 30, 5


def main(names: Sequence[str] = (*NAMES, FOREIGN)) -> None:
    known = {one.name for one in WORKLOADS}
    for name in names:
        chosen = subject(name) if name in known else None
        if chosen is not None:
            picture = chosen.data.report.take([0])
            _explained(name, chosen.prepared, picture, lambda r, c=chosen: c.artifact(r).path)
    if FOREIGN not in names:
        return
    prepared, seen, picture = _foreign()

    def made(recipe: Recipe) -> Path:
        path = HOME / f"{FOREIGN}-{recipe.id}.onnx"
        return make(prepared, recipe, seen, np.repeat(picture, 8, 0), path, FOREIGN).path

    _explained(FOREIGN, prepared, picture, made)


def _explained(
    name: str, prepared: Prepared, picture: np.ndarray, made: Callable[[Recipe], Path]
) -> None:
    """Print what the account comes to, and what the first suggestion gives."""
    for recipe in (Recipe.fp32(), Recipe(8, 8)):
        file = prepared.path if recipe.is_fp32 else made(recipe)
        found = _breakdown(name, prepared, recipe, file, picture)
        if recipe.is_fp32:
            tried = timed(prepared, made(Recipe(8, 8)), picture, settings().threads, attempts=1)
            share = tried[1].latency_ms / tried[0].latency_ms
            found = replace(found, trial_ms=share * found.fp32.latency_ms)
        total = sum(line.ms for line in lines(found))
        alone = _latency(file, picture)
        print(
            f"{name} {recipe.bits}: account {total:.3f} ms, by itself {alone:.3f} ms, "
            f"{found.given.before_scaling:.0%} before scaling"
        )
        report(f"{name} {recipe.bits} account off the latency", abs(total / alone - 1), 0.05, "")
        given = advice(found)
        if not given.suggestions:
            print(f"  {plain([nothing(found, given.refuted)])[0]}")
            continue
        first = given.suggestions[0]
        print(f"  {plain([in_words(first, found)])[0]}")
        ratios = _beside(made(first.recipe), file, picture)
        report(f"{name} {recipe.bits} → {first.recipe.bits}, time", float(np.median(ratios)), 1.0)


def _breakdown(
    name: str, prepared: Prepared, recipe: Recipe, file: Path, picture: np.ndarray
) -> Breakdown:
    threads = settings().threads
    fp32, given = timed(prepared, file, picture, threads)
    return Breakdown(
        "", name, recipe, this_machine(), full_name("onnxruntime"), threads, fp32, given,
        rows_of(prepared), peaks(HOME, threads), None, 0.0,
        datetime.now(UTC).isoformat(timespec="seconds"), "",
    )  # fmt: skip


def _latency(file: Path, picture: np.ndarray) -> float:
    """Milliseconds, the median of rounds; the first run of a round does not count."""
    session = Session(file, threads=settings().threads)
    rounds = [_round(session, picture) for _ in range(ROUNDS)]
    return float(np.median(rounds)) * 1000


def _beside(file: Path, other: Path, picture: np.ndarray) -> list[float]:
    sessions = [Session(path, threads=settings().threads) for path in (file, other)]
    return [_round(sessions[0], picture) / _round(sessions[1], picture) for _ in range(ROUNDS)]


def _round(session: Session, picture: np.ndarray) -> float:
    session.run(picture)
    return float(np.median([seconds_of(lambda: session.run(picture)) for _ in range(RUNS)]))


def _foreign() -> tuple[Prepared, dict, np.ndarray]:
    """torchvision's network, exported as workloads are, and calibrated on noise."""
    import torch
    import torchvision

    torch.manual_seed(0)
    network = torchvision.models.get_model(FOREIGN, weights=None).eval()
    raw, folded = HOME / f"{FOREIGN}-raw.onnx", HOME / f"{FOREIGN}.onnx"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network, (torch.randn(2, 3, 224, 224),), raw, input_names=["input"],
            output_names=["logits"], dynamo=True,
            dynamic_shapes=({0: torch.export.Dim("batch")},), opset_version=18,
            external_data=False, verbose=False,
        )  # fmt: skip
    model = fold(raw)
    onnx.save(model, folded)
    prepared = Prepared(model, layers_of(model), folded, FOREIGN)
    pictures = np.random.default_rng(0).standard_normal((16, 3, 224, 224)).astype(np.float32)
    tensors = candidates(prepared.network, prepared.layers)
    return prepared, observe(model, tensors, [pictures], 0), pictures[:1]
