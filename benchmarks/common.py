"""What several benchmarks need: the workloads with their pictures, and a line of results."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from models.data import Dataset
from models.workload import Workload, workload
from quant.artifact import Artifact, make
from quant.calibrated import calibrated, drawn, equalised
from quant.graph.prepared import Prepared, prepare
from quant.identity import Request, data_of
from quant.measure.accuracy import batch_size
from quant.recipe import Recipe
from quant.rounding.checkpoint import Checkpoint
from quant.rounding.source import Source
from quant.settings import settings

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = Path(os.environ.get("BITFRONT_SAMPLE", ROOT.parent / "shared/data/imagenet-sample"))
HOME = Path(tempfile.mkdtemp(prefix="bitfront-bench-"))


@dataclass(frozen=True)
class Subject:
    """A workload ready to be quantised."""

    workload: Workload
    prepared: Prepared
    data: Dataset

    def artifact(self, recipe: Recipe) -> Artifact:
        """The recipe's file, as a sweep makes it, checked."""
        prepared = self.prepared
        if recipe.equalizes:
            prepared = equalised(prepared, self.data, recipe)
        seen = calibrated(prepared, self.data, recipe) if recipe.least_activations < 32 else {}
        path = HOME / f"{self.workload.name}-{recipe.id}.onnx"
        pictures, source = self.data.select.take(range(8)), self._source(recipe)
        return make(prepared, recipe, seen, pictures, path, self.workload.name, source)

    def _source(self, recipe: Recipe) -> Source | None:
        if not recipe.learns:
            return None
        split, order = self.data.calibrate, drawn(self.data.calibrate, recipe)
        size = batch_size(split)

        def pictures(count: int) -> list[np.ndarray]:
            return [split.take(order[i : min(i + size, count)]) for i in range(0, count, size)]

        kept = Checkpoint(Path(tempfile.mkdtemp(dir=HOME)))  # nothing is resumed
        return Source(pictures, len(order), kept, lambda *_: None, settings().threads, recipe.seed)


@cache
def subject(name: str) -> Subject | None:
    """A workload, or None where it needs pictures that are not here."""
    chosen = workload(name)
    if chosen.needs_data and not SAMPLE.is_dir():
        print(f"{name}: skipped, no pictures at {SAMPLE} (BITFRONT_SAMPLE)")
        return None
    folder = str(SAMPLE) if chosen.needs_data else None
    data = data_of(Request(name, Recipe.fp32(), folder), HOME)
    return Subject(chosen, prepare(chosen, HOME), data)


def report(what: str, value: float, limit: float | None = None, unit: str = "×") -> None:
    """One line; a goal that is missed says so."""
    goal = (
        ""
        if limit is None
        else f"   goal ≤ {limit:g}{unit} {'met' if value <= limit else 'MISSED'}"
    )
    print(f"{what:<58} {value:8.3f}{unit}{goal}", flush=True)
