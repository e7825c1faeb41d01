"""The files of a request, one for each runtime: made once, and written as each likes it."""

from __future__ import annotations

import hashlib
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.data import Dataset
from models.workload import Workload
from quant.artifact import CHECKED_PICTURES, Artifact, make
from quant.baseline import LEARNED, LEARNING, Progress
from quant.calibrate import Observed
from quant.calibrated import calibrated, drawn, equalised
from quant.disk import writing
from quant.graph.prepared import Prepared
from quant.identity import Request, check_calibration
from quant.measure.accuracy import batch_size
from quant.recipe import FLOAT, Recipe
from quant.rounding.checkpoint import Checkpoint
from quant.rounding.source import Source
from quant.runtimes import USUAL
from quant.settings import settings
from quant.shelf import SHELF
from quant.translated import translated


@dataclass
class Files:
    """Makes what a request asks for. What is only a step on the way is below a folder of `stack`.

    `key` is the point's. Rounding may take minutes, so a file of the same key that is there
    already, for whatever runtime, is written anew for another one.
    """

    request: Request
    workload: Workload
    prepared: Prepared
    data: Dataset
    key: str
    home: Path
    stack: ExitStack
    _usual: Path | None = None

    def of(self, runtime: str, progress: Progress) -> Artifact:
        """A runtime's file, on the shelf.

        Raises:
            ModelError: it does not do there what it says.
        """
        if self.request.runtime == USUAL:
            return self._made(folder_of(self.workload, self.home), progress)
        path = folder_of(self.workload, self.home) / self._name(runtime)
        usual, pictures = self._source_file(progress), self._checked
        with writing(path):
            return translated(
                self.prepared, self.request.recipe, usual, pictures, path, self.workload.name,
                runtime,
            )  # fmt: skip

    @property
    def _checked(self) -> NDArray[np.float32]:
        return self.data.select.take(range(CHECKED_PICTURES))

    def _name(self, runtime: str) -> str:
        return f"{stem(self.workload, self.request.recipe, self.key, runtime)}.onnx"

    def _source_file(self, progress: Progress) -> Path:
        """What all runtimes' files are written from: ONNX Runtime's, of before or made now."""
        if self._usual is None:
            self._usual = self._known() or self._made(self._aside(), progress).path
        return self._usual

    def _aside(self) -> Path:
        folder = self.home / "cache"
        folder.mkdir(parents=True, exist_ok=True)
        return Path(self.stack.enter_context(tempfile.TemporaryDirectory(dir=folder)))

    def _known(self) -> Path | None:
        """A file of the same key that is whole; its name tells what it holds."""
        if self.request.recipe.is_fp32:
            return self.prepared.path
        name = stem(self.workload, self.request.recipe, self.key, USUAL)
        for path in folder_of(self.workload, self.home).glob(f"{name}-*.onnx"):
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            if path.stem.endswith(digest[:8]):
                return path
        return None

    def _made(self, folder: Path, progress: Progress) -> Artifact:
        recipe, prepared, data = self.request.recipe, self.prepared, self.data
        observed: dict[str, Observed] = {}
        if recipe.equalizes:
            progress("Moving scales between layers", 0.13)
            prepared = equalised(prepared, data, recipe)
        if recipe.least_activations < FLOAT:
            progress(f"Calibrating on {recipe.calibration_images} pictures", 0.15)
            observed = calibrated(prepared, data, recipe)
        progress("Rounding, writing and checking the file", LEARNING)
        kept = self.home / "cache" / "rounding" / self.key
        source = _source(recipe, data, kept, progress)
        path = folder / self._name(USUAL)
        with writing(path):
            artifact = make(
                prepared, recipe, observed, self._checked, path, self.workload.name, source
            )
        if source is not None:
            source.checkpoint.clear()
        return artifact


def stem(workload: Workload, recipe: Recipe, key: str, runtime: str) -> str:
    """What the names of a point's files begin with, before the digits of their content."""
    own = "" if runtime == USUAL else f"{runtime}-"
    return f"{workload.slug}-{own}{recipe.bits}-{key[:10]}"


def folder_of(workload: Workload, home: Path) -> Path:
    """Where the files of a workload lie."""
    return home / SHELF / workload.slug


def _source(recipe: Recipe, data: Dataset, folder: Path, progress: Progress) -> Source | None:
    """Calibration pictures for a method that learns, the same that ranges are taken from."""
    if not recipe.learns:
        return None
    check_calibration(recipe, data)
    split = data.calibrate
    order = drawn(split, recipe)
    size = batch_size(split)

    def pictures(count: int) -> list[NDArray[np.float32]]:
        return [split.take(order[i : min(i + size, count)]) for i in range(0, count, size)]

    def inside(text: str, share: float) -> None:
        progress(text, LEARNING + (LEARNED - LEARNING) * share)

    return Source(pictures, len(order), Checkpoint(folder), inside, settings().threads, recipe.seed)
