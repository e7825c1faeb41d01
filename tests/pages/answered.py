"""Made-up points with made-up answers to the report pictures that ship with this repository."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from models.data import dataset
from models.workload import workload
from quant.recipe import Recipe
from quant.records import Measurement
from quant.samples import QUANTILES, Samples
from quant.stats import paired, wilson
from tests.pages.samples import measurement

N = 600
RECIPES = (Recipe.fp32(), Recipe(8, 8, "mse"), Recipe(4, 8, "mse"), Recipe(2, 8, "mse"))
WRONG = {32: 0.06, 8: 0.002, 4: 0.03, 2: 0.4}  # FP32's errors, and answers other than FP32's


@cache
def answered() -> tuple[tuple[Measurement, bytes], ...]:
    """FP32 and three files, each with its samples; figures and samples agree."""
    data = dataset(workload("fashion-resnet"))
    labels = data.report.labels[:N]
    rng = np.random.default_rng(0)
    fp32 = _other(rng, labels, WRONG[32])
    found = []
    for recipe in RECIPES:
        said = fp32 if recipe.is_fp32 else _other(rng, fp32, WRONG[recipe.weights])
        samples = _samples(rng, recipe, said, labels)
        found.append((_measured(recipe, fp32, said, labels, data.data_id), samples.pack()))
    return tuple(found)


def _other(rng: np.random.Generator, said: Any, share: float) -> Any:
    """The same answers, but for a share of the pictures."""
    moved = rng.random(len(said)) < share
    return np.where(moved, (said + rng.integers(1, 10, len(said))) % 10, said)


def _samples(rng: np.random.Generator, recipe: Recipe, said: Any, labels: Any) -> Samples:
    speed = 0.62 if recipe.is_fp32 else 0.25
    noise = 0.0 if recipe.is_fp32 else 10.0 ** (-recipe.weights / 2)
    return Samples(
        predictions=said,
        confidence=rng.uniform(0.3, 1, N),
        labels=labels,
        signal=np.full(10, 100.0),
        noise=100.0 * noise * np.linspace(0.5, 1.5, 10),
        runs_ms=speed * np.linspace(0.95, 1.4, len(QUANTILES)),
        fp32_runs_ms=0.62 * np.linspace(0.95, 1.4, len(QUANTILES)),
    )


def _measured(recipe: Recipe, fp32: Any, said: Any, labels: Any, data_id: str) -> Measurement:
    beside, right = paired(fp32 == labels, said == labels), int((said == labels).sum())
    interval = wilson(right, N)
    return measurement(
        recipe,
        n=N,
        data=f"Fashion-MNIST, {N} report pictures",
        data_id=data_id,
        accuracy=right / N,
        accuracy_low=interval.low,
        accuracy_high=interval.high,
        fp32_accuracy=float((fp32 == labels).mean()),
        drop=beside.drop,
        drop_low=0.0 if recipe.is_fp32 else beside.interval.low,
        drop_high=0.0 if recipe.is_fp32 else beside.interval.high,
        flips=int((fp32 != said).sum()),
        lost=beside.lost,
        gained=beside.gained,
        p_value=beside.p_value,
    )
