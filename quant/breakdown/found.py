"""A point's breakdown from the store, with what else its words rest on: for page and command."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from models.labels import labels
from models.workload import workload
from quant.breakdown.loss import OfClass, classes
from quant.breakdown.record import Breakdown
from quant.breakdown.rows import sentences, to_row
from quant.records import Measurement
from quant.samples import Samples
from quant.store import Store


@dataclass(frozen=True)
class Found:
    """What is told of one point. `beside` are all points of its workload."""

    point: Measurement
    breakdown: Breakdown
    beside: Sequence[Measurement]
    by_class: tuple[OfClass, ...]

    @property
    def is_of_this_file(self) -> bool:
        """Whether the file was not made anew since."""
        return self.point.recipe.is_fp32 or (
            self.breakdown.artifact_sha256 == self.point.artifact_sha256
        )

    def row(self) -> dict[str, Any]:
        return to_row(self.breakdown, self.beside, self.by_class, self.point)

    def sentences(self) -> list[str]:
        return sentences(self.breakdown, self.beside, self.by_class, self.point)


def found(store: Store, point: Measurement) -> Found | None:
    """None where the point was not taken apart yet."""
    breakdown = store.breakdown(point.id)
    if breakdown is None:
        return None
    beside = store.points(point.workload)
    return Found(point, breakdown, beside, _by_class(store, point, beside))


def _by_class(
    store: Store, point: Measurement, beside: Sequence[Measurement]
) -> tuple[OfClass, ...]:
    baseline = next(
        (
            one
            for one in beside
            if one.recipe.is_fp32
            and (one.data_id, one.machine.id, one.runtime)
            == (point.data_id, point.machine.id, point.runtime)
            and (one.batch, one.threads) == (point.batch, point.threads)
        ),
        None,
    )
    if point.recipe.is_fp32 or baseline is None:
        return ()
    timed = point.batch, point.threads
    said = store.predictions(baseline.id, timed), store.predictions(point.id, timed)
    if said[0] is None or said[1] is None:
        return ()
    before, after = Samples.read(said[0], baseline.n), Samples.read(said[1], point.n)
    return classes(before, after, labels(workload(point.workload)))
