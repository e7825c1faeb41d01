"""The engine that measures, as tasks see it. Importing this loads no network and no runtime."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import cast

from quant.breakdown.record import Breakdown
from quant.errors import RequestError
from quant.jobs.executor import Engine, Identity, Progress
from quant.jobs.requests import Task
from quant.records import Measurement


def warm() -> None:
    """Load what measuring needs, before there is anything to measure."""
    import quant.evaluate  # noqa: F401


def identity(task: Task, home: Path) -> Identity:
    """What would be measured here and now.

    Raises:
        BitfrontError: the workload, its data or the number of pictures will not do.
    """
    from quant.identity import Request, identify
    from quant.measure.machine import this_machine
    from quant.runtime import full_name

    request = Request(
        task.workload, task.recipe, task.data, task.data_labels, task.images, task.runtime
    )
    key, n = identify(request, home)
    return Identity(key, this_machine().id, full_name(task.runtime), n)


def evaluate(task: Task, home: Path, progress: Progress) -> tuple[Measurement, bytes | None]:
    """Quantise, write, run and measure."""
    from quant.evaluate import evaluate as measured
    from quant.identity import Request

    request = Request(
        task.workload, task.recipe, task.data, task.data_labels, task.images, task.runtime
    )
    evaluation = measured(request, home, progress)
    return evaluation.measurement, evaluation.predictions


def explain(task: Task, home: Path, progress: Progress) -> Breakdown:
    """Take a measured point apart."""
    from quant.identity import Request
    from quant.profile.run import taken_apart

    request = Request(
        task.workload, task.recipe, task.data, task.data_labels, task.images, task.runtime
    )
    return taken_apart(request, home, progress)


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
