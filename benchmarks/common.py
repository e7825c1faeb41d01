"""What several benchmarks need: the workloads with their pictures, and a line of results."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from models.data import Dataset
from models.workload import Workload, workload
from quant.artifact import Artifact, make
from quant.calibrated import calibrated
from quant.graph.prepared import Prepared, prepare
from quant.identity import Request, data_of
from quant.recipe import Recipe

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
        seen = calibrated(self.prepared, self.data, recipe) if recipe.activations < 32 else {}
        path = HOME / f"{self.workload.name}-{recipe.id}.onnx"
        pictures = self.data.select.take(range(8))
        return make(self.prepared, recipe, seen, pictures, path, self.workload.name)


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
