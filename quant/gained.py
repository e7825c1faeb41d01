"""What a method that learns gains at each layer of a workload: from a request to numbers."""

from __future__ import annotations

from pathlib import Path

from filelock import FileLock

from models.workload import workload
from quant.allocate import kept_gains
from quant.allocate.losses import Gains
from quant.baseline import Progress
from quant.calibrated import drawn
from quant.disk import writing
from quant.graph.prepared import prepare
from quant.identity import Request, check_calibration, data_of
from quant.measure.accuracy import batch_size
from quant.rounding.checkpoint import Checkpoint
from quant.rounding.fitting import most_pictures
from quant.rounding.source import Source
from quant.sensitivity.scores import Sensitivity
from quant.settings import settings

PICTURES = 128  # of those that calibrate


def gained(request: Request, found: Sensitivity, home: Path, progress: Progress) -> Gains:
    """By layer, for the request's method; found once, and kept.

    Raises:
        BitfrontError: with a sentence, for anything that a person can mend.
    """
    recipe = request.recipe
    known = kept_gains.read(home, found, recipe.method)
    if known is not None:
        return known
    from quant.rounding.gains import gains  # which loads torch

    data = data_of(request, home)
    check_calibration(recipe, data)
    split, order = data.calibrate, drawn(data.calibrate, recipe)
    size = batch_size(split)
    with writing(home), FileLock(home / "machine.lock"):
        prepared = prepare(workload(request.workload), home)
        count = min(PICTURES, len(order), most_pictures(prepared))
        source = Source(
            lambda n: [split.take(order[at : min(at + size, n)]) for at in range(0, n, size)],
            count, Checkpoint(home / "cache" / "gains"), progress, settings().threads, recipe.seed,
        )  # fmt: skip
        made = gains(prepared, recipe.method, found.method, source)
    kept_gains.keep(home, found, recipe.method, made)
    return made
