"""Ten repeats: no answer changes. What else is repeated belongs here too."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from benchmarks.common import report
from quant.evaluate import evaluate
from quant.identity import Request
from quant.recipe import Recipe
from quant.samples import Samples

REPEATS = 10
PICTURES = 2000
RECIPES = (Recipe(8, 8), Recipe(4, 8, "gptq"), Recipe(4, 4, "mse", "mse"))
WORKLOAD = "fashion-resnet"


def main() -> None:
    for recipe in RECIPES:
        _accuracies(recipe)


def _accuracies(recipe: Recipe) -> None:
    """Made, run and counted anew each time, from calibration on, in a home folder of its own."""
    files, accuracies, answers = set(), set(), []
    for _ in range(REPEATS):
        with tempfile.TemporaryDirectory() as home:
            request = Request(WORKLOAD, recipe, images=PICTURES)
            found = evaluate(request, Path(home), lambda _step, _share: None)
        files.add(found.measurement.artifact_sha256)
        accuracies.add(found.measurement.accuracy)
        answers.append(Samples.read(found.predictions, PICTURES).predictions)
    changed = int((np.array(answers) != answers[0]).sum())
    label = f"{WORKLOAD} {recipe.label}, {REPEATS} repeats on {PICTURES:,} pictures:"
    report(f"{label} other accuracies", len(accuracies) - 1, 0, unit="")
    report(f"{label} other answers", changed, 0, unit="")
    report(f"{label} other files", len(files) - 1, 0, unit="")
