"""The model of devices held against a few files of each model that was measured on one machine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np

from quant.devices.checked import Check, checked
from quant.pareto import Ground
from quant.points import Points
from quant.records import Measurement

OF_EACH, MODELS = 6, 12  # files and models that the device model is held against


def held_against(
    ground: Ground,
    workloads: Iterable[str],
    columns: Callable[[str], Points],
    measurement: Callable[[str, int, int], Measurement | None],
) -> Check | None:
    """A few files of each of some models that were measured on this machine and runtime, from the
    smallest to the largest; None before its peaks were measured.

    Args:
        columns: the points of a workload.
        measurement: that of an id, a batch and a number of threads, with its layers.
    """

    def some() -> Iterator[Measurement | None]:
        for name in list(workloads)[:MODELS]:
            points = columns(name)
            beside = [one for one in points.places if Ground.of(one)[2:] == ground[2:]]
            here = points.take(points.at(beside))
            order = np.argsort(here.size_bytes)
            few = np.linspace(0, len(order) - 1, min(len(order), OF_EACH)).astype(np.intp)
            for one in here.figures(order[few]):
                yield measurement(one.id, one.batch, one.threads)

    return checked(one for one in some() if one is not None)
