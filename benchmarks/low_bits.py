"""Every network at every width of the goals: loss, noise of the logits, and time to round."""

from __future__ import annotations

import time

from benchmarks.common import Subject, report, subject
from benchmarks.eight_bits import Told
from quant.measure.accuracy import Answers, answers
from quant.recipe import Recipe
from quant.settings import settings

WIDTHS = ((8, 8), (6, 6), (4, 8), (4, 4), (3, 8), (2, 8))
# in percentage points; on imagenet-lite0 less a standard error, in the mean over the seeds
GOALS = {
    "fashion-resnet": (0.1, 0.2, 0.2, 1.0, 0.5, 2.0),
    "fashion-mobilenet": (0.2, 0.5, 0.5, 3.0, 1.5, 6.0),
    "fashion-vit": (0.2, 0.5, 0.5, 3.0, 1.5, 6.0),
    "imagenet-lite0": (0.3, 0.7, 0.9, 5.0, 4.0, 20.0),
}
SEEDS = {"imagenet-lite0": 5}
SECONDS = {("imagenet-lite0", 4, 8): 60.0}
METHOD = "gptq"


def main() -> None:
    for name, goals in GOALS.items():
        chosen = subject(name)
        if chosen is None:
            continue
        fp32 = answers(
            chosen.prepared.path, chosen.data.report, None, lambda _: None,
            threads=settings().threads,
        )  # fmt: skip
        for (weights, activations), goal in zip(WIDTHS, goals, strict=True):
            _width(chosen, fp32, weights, activations, goal)


def _width(chosen: Subject, fp32: Answers, weights: int, activations: int, goal: float) -> None:
    name = chosen.workload.name
    losses, noises, seconds = [], [], []
    for seed in range(SEEDS.get(name, 1)):
        start = time.perf_counter()
        made = chosen.artifact(Recipe(weights, activations, METHOD, "mse", seed=seed))
        seconds.append(time.perf_counter() - start)
        said = answers(
            made.path, chosen.data.report, None, lambda _: None, threads=settings().threads
        )
        told = Told(fp32, said)
        less = told.error if name in SEEDS else 0.0
        losses.append(100 * (told.drop - less))
        noises.append(told.sqnr_db)
    label = f"{name} w{weights}a{activations}·{METHOD}"
    mean = sum(losses) / len(losses)
    report(f"{label} loss, n {len(fp32.labels):,}, {len(losses)} seeds", mean, goal, " pp")
    report(f"{label} SQNR of logits", sum(noises) / len(noises), unit=" dB")
    limit = SECONDS.get((name, weights, activations))
    report(f"{label} time, capture included", min(seconds), limit, " s")
