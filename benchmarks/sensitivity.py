"""Sensitivity of every layer at every width: its time, and its ranks beside files of one layer."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from scipy.stats import spearmanr

from benchmarks.common import HOME, SAMPLE, Subject, report, subject
from quant.calibrated import drawn
from quant.graph.layers import Layer
from quant.identity import Request
from quant.lower.lowering import lower
from quant.lower.placement import Placement
from quant.measure.accuracy import batch_size
from quant.perturb.marks import KL, NOISE, Doubles, Reference
from quant.perturb.rate import rated
from quant.plan import Bits
from quant.recipe import FLOAT, Recipe
from quant.rounding.plain import PLAIN, round_all, weights_of
from quant.runtime.ort import Session
from quant.sensitivity.scores import WEIGHTS, Sensitivity
from quant.settings import settings

NAMES = ("imagenet-lite0", "fashion-mobilenet", "fashion-vit")
WIDTHS = (2, 3, 4)
PICTURES = 128
RECIPE = Recipe(4, 8, "mse", "mse")
SECONDS = {"imagenet-lite0": 180.0}
NOWHERE = Placement({}, {})


def main() -> None:
    for name in NAMES:
        chosen = subject(name)
        if chosen is not None:
            _ranks(chosen, _timed(chosen))


def _timed(chosen: Subject) -> Sensitivity:
    """The network is exported and pictures are decoded before, as after any first measurement."""
    folder = str(SAMPLE) if chosen.workload.needs_data else None
    request = Request(chosen.workload.name, RECIPE, folder, images=PICTURES)
    start, cpu = time.perf_counter(), time.process_time()
    told = rated(request, HOME, lambda _step, _share: None).sensitivity
    seconds, spent = time.perf_counter() - start, time.process_time() - cpu
    name = f"{chosen.workload.name} {len(told.layers)} layers, 12 widths, n {told.n}"
    report(name, seconds, SECONDS.get(chosen.workload.name), " s")
    report(f"{chosen.workload.name} processor time", spent, unit=" s")
    return told


def _ranks(chosen: Subject, told: Sensitivity) -> None:
    """Beside brute force: the engine's file with one layer's weights quantised, all else float."""
    order = drawn(chosen.data.calibrate, RECIPE)[:PICTURES]
    reference = Reference(_logits(chosen, chosen.prepared.path, order), None)
    for bits in WIDTHS:
        marks = [_alone(chosen, layer, bits, order, reference) for layer in chosen.prepared.layers]
        scores = [told.score(layer.name, WEIGHTS, bits) for layer in chosen.prepared.layers]
        for what, row in (("noise", NOISE), ("kl", KL)):
            brute = [one[row].mean() for one in marks]
            ours = [getattr(score.alone, what) for score in scores if score is not None]
            rank = float(spearmanr(brute, ours).statistic)
            label = f"{chosen.workload.name} w{bits} {what}: 1 - Spearman with brute force"
            report(label, 1 - rank, 0.1, "")


def _alone(
    chosen: Subject, layer: Layer, bits: int, order: NDArray[np.int64], reference: Reference
) -> Doubles:
    prepared = chosen.prepared
    plan = {one.name: Bits(FLOAT, FLOAT) for one in prepared.layers}
    plan[layer.name] = Bits(bits, FLOAT)
    weights = weights_of(prepared.network, prepared.layers, plan, NOWHERE, {})
    rounded = round_all(weights, PLAIN[RECIPE.method])
    model = lower(prepared.model, prepared.layers, plan, NOWHERE, {}, rounded)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "alone.onnx"
        onnx.save(model, path)
        return reference.marks(_logits(chosen, path, order))


def _logits(chosen: Subject, path: Path, order: NDArray[np.int64]) -> NDArray[np.float32]:
    session = Session(path, threads=settings().threads)
    split = chosen.data.calibrate
    size = batch_size(split)
    return np.concatenate(
        [session.run(split.take(order[at : at + size])) for at in range(0, len(order), size)]
    )
