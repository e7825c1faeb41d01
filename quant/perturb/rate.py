"""Sensitivity of one workload, all the way: from a request to scores."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from models.data import Split
from models.workload import ACCURACY, Workload, workload
from quant.baseline import Progress
from quant.calibrated import calibrated, drawn
from quant.disk import writing
from quant.graph.prepared import prepare
from quant.identity import Request, check_calibration, data_of
from quant.measure.accuracy import SMALL_PICTURE, batch_size
from quant.measure.machine import this_machine
from quant.perturb.changes import Changes
from quant.perturb.facts import facts, histograms
from quant.perturb.kept import AtLayer, Kept
from quant.perturb.schedule import RECOVERED, Behind, affordable, behind_of, chosen
from quant.perturb.told import Found, Width, scores_of, totals_of
from quant.perturb.trials import Trials
from quant.recipe import Recipe
from quant.sensitivity.histograms import pack
from quant.sensitivity.identity import key_of, refuse_too_many
from quant.sensitivity.rated import Rated
from quant.sensitivity.scores import KINDS, WEIGHTS, WIDTHS, Sensitivity
from quant.settings import settings
from quant.trim import trim

PICTURES = 128  # unless asked otherwise
TRIED = 0.15, 0.97  # of the progress
AT_ONCE = 2  # large pictures
MOST_STEPS = 12  # of a walk, that a task's log keeps


def rated(request: Request, home: Path, progress: Progress, *, fresh: bool = False) -> Rated:
    """Try every layer at every width; `progress` may raise to stop, and the next run goes on.

    Of the request's recipe, all but the widths counts. `images` are pictures to try layers on, of
    those that calibrate; nothing that is reported on is looked at. `fresh` forgets what a run that
    was stopped has found.

    Raises:
        BitfrontError: with a sentence, for anything that a person can mend.
    """
    start, cpu = time.perf_counter(), time.process_time()
    given, recipe = workload(request.workload), request.recipe
    progress("Reading the pictures", 0.0)
    data = data_of(request, home)
    check_calibration(recipe, data)
    refuse_too_many(request, data)
    progress("Waiting for the machine", 0.01)
    with writing(home), FileLock(home / "machine.lock"):
        progress("Preparing the network", 0.02)
        prepared = prepare(given, home)
        progress(f"Calibrating on {recipe.calibration_images} pictures", 0.04)
        changes = Changes(prepared, recipe, calibrated(prepared, data, recipe))
        for bits in WIDTHS[WEIGHTS]:
            progress(f"Rounding to {bits} bits", 0.08 + 0.008 * bits)
            changes.codes(bits)
        behind = behind_of(changes)
        n = count_of(request, data.calibrate, behind)
        key = key_of(given, request, data)
        kept = Kept(home / "cache" / "sensitivity" / key)
        if fresh:
            kept.clear()
        rows = pictures(data.calibrate, recipe, n)
        labels = labels_of(given, data.calibrate, rows)
        trials = Trials(changes, _batches(data.calibrate, rows), labels, settings().threads)
        found = _found(trials, behind, n, kept, progress)
    progress("Putting it together", TRIED[1])
    told = Sensitivity(
        key=key,
        workload=request.workload,
        method=recipe.method,
        ranges=recipe.ranges,
        seed=recipe.seed,
        n=n,
        data=data.title,
        data_id=data.data_id,
        has_labels=trials.reference.labels is not None,
        layers=facts(changes),
        scores=scores_of(trials, found),
        totals=totals_of(trials, found),
        seconds=time.perf_counter() - start,
        cpu_seconds=time.process_time() - cpu,
        machine=this_machine().label,
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    result = Rated(told, pack(histograms(changes)))
    kept.clear()
    trim()
    progress("Done", 1.0)
    return result


def count_of(request: Request, split: Split, behind: list[Behind]) -> int:
    """How many pictures layers are tried on; fewer than usual where a network is very large."""
    if request.images is not None:
        return request.images
    return affordable(behind, min(PICTURES, len(split)))


def pictures(split: Split, recipe: Recipe, n: int) -> NDArray[np.int64]:
    """Which pictures layers are tried on: the first that calibrate, and others where these are
    fewer."""
    drawn_first = drawn(split, recipe)
    others = np.setdiff1d(np.arange(len(split)), drawn_first)
    return np.concatenate([drawn_first, others])[:n]


def labels_of(given: Workload, split: Split, rows: NDArray[np.int64]) -> NDArray[np.int64] | None:
    """The true classes (n,); None where they are not known, or where random weights know none."""
    return split.labels[rows] if given.metric == ACCURACY else None


def _batches(split: Split, rows: NDArray[np.int64]) -> list[NDArray[np.float32]]:
    """Of two where pictures are large: what a layer makes of them then stays in the caches, and
    EfficientNet-Lite0 takes 5.7 ms of processor time a picture instead of 6.9 at eight."""
    is_large = split.take([0]).size > SMALL_PICTURE
    size = AT_ONCE if is_large else min(batch_size(split), -(-len(rows) // settings().threads))
    return [split.take(rows[at : at + size]) for at in range(0, len(rows), size)]


def _found(trials: Trials, behind: list[Behind], n: int, kept: Kept, progress: Progress) -> Found:
    """Run what is to be run. What each sweep costs is alike, and so are the shares of the bar."""
    sweeps = chosen(behind, n)
    without = [(kind, bits) for way, kind, bits in sweeps if way == RECOVERED]
    first, last = TRIED
    one = (last - first) / len(sweeps)
    count = len(trials.changes.units)
    every = -(-count // MOST_STEPS)

    def telling(step: str, begun: float, whole: float) -> Callable[[int], None]:
        def tell(at: int) -> None:
            shown = at // every * every + 1
            progress(f"{step}: layer {shown} of {count}", begun + whole * at / count)

        return tell

    alone = trials.alone(
        sweeps,
        kept,
        telling("Quantising one layer at a time", first, one * (len(sweeps) - len(without))),
    )
    left: dict[Width, dict[str, AtLayer]] = {}
    for at, (kind, bits) in enumerate(without):
        step = f"Leaving one layer in float, {kind} at {bits} bits"
        begun = last - one * (len(without) - at)
        left[kind, bits] = trials.recovered(kind, bits, kept, telling(step, begun, one))
    totals = {(kind, bits): trials.total(kind, bits) for kind in KINDS for bits in WIDTHS[kind]}
    return Found(sweeps, alone, left, totals)
