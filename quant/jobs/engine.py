"""The engine that measures, as tasks see it. Importing this loads no network and no runtime."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, cast

from models.fetching import fetch as fetch_missing
from models.workload import workload
from quant.breakdown.record import Breakdown
from quant.errors import BitfrontError, RequestError
from quant.jobs.executor import Engine, Identity, Known, Progress
from quant.jobs.requests import Task
from quant.methods import method
from quant.records import Measurement
from quant.sensitivity.rated import Rated

if TYPE_CHECKING:
    from quant.identity import Request

PLAIN = "mse"  # rounds what scores are of, where a method that learns is asked about


def warm() -> None:
    """Load what measuring needs, before there is anything to measure."""
    import quant.evaluate  # noqa: F401


def fetch(task: Task, home: Path, progress: Progress) -> None:
    """Download weights and pictures that are not on this machine yet.

    Raises:
        BitfrontError: they cannot be had.
    """
    fetch_missing(workload(task.workload), task.data, home, progress)


def identity(task: Task, home: Path) -> Identity:
    """What would be measured here and now.

    Raises:
        BitfrontError: the workload, its data or the number of pictures will not do.
    """
    from quant.identity import identify
    from quant.measure.machine import this_machine
    from quant.runtimes import full_name

    key, n = identify(_request(task), home)
    timing = task.timing
    runtime = full_name(task.runtime)
    return Identity(key, this_machine().id, runtime, n, timing.batch, timing.count)


def evaluate(task: Task, home: Path, progress: Progress) -> tuple[Measurement, bytes | None]:
    """Quantise, write, run and measure."""
    from quant.evaluate import evaluate as measured

    evaluation = measured(_request(task), home, progress)
    return evaluation.measurement, evaluation.predictions


def time_again(task: Task, known: Known, home: Path, progress: Progress) -> Known:
    """Time the file of a measurement as the task asks; nothing else is measured anew."""
    from quant.retime import time_again as timed
    from quant.runtimes import BEST

    if task.runtime == BEST:  # at another batch another runtime may be the quicker one
        return evaluate(task, home, progress)
    return timed(_request(task), *known, home, progress)


def _request(task: Task) -> Request:
    from quant.identity import Request

    return Request(
        task.workload,
        task.recipe,
        task.data,
        task.data_labels,
        task.images,
        task.runtime,
        task.timing,
    )


def explain(task: Task, home: Path, progress: Progress) -> Breakdown:
    """Take a measured point apart."""
    from quant.identity import Request
    from quant.profile.run import taken_apart

    request = Request(
        task.workload, task.recipe, task.data, task.data_labels, task.images, task.runtime
    )
    return taken_apart(request, home, progress)


def rate(task: Task, home: Path, progress: Progress) -> Rated:
    """Try every layer at every width, rounded plainly; of a method that learns, then find what it
    gains at each layer, which predictions read. Without that, scores are as good."""
    from quant.gained import gained
    from quant.perturb.rate import rated

    request, fresh = _request(task), task.fresh and task.attempt <= 1
    learns = method(request.recipe.method).learns
    plain = replace(request.recipe, method=PLAIN) if learns else request.recipe
    found = rated(replace(request, recipe=plain), home, progress, fresh=fresh)
    if learns:
        with suppress(BitfrontError):
            gained(request, found.sensitivity, home, progress)
    return found


def engine_named(name: str) -> Engine:
    """The module that the settings name.

    Raises:
        RequestError: there is no such module.
    """
    try:
        return cast(Engine, import_module(name))
    except ModuleNotFoundError as exc:
        raise RequestError(
            f"BITFRONT_ENGINE is {name!r} and cannot be imported ({exc}); leave it unset"
        ) from exc
