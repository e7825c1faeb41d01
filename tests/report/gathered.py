"""Reports of made-up measurements, kept in a store as real ones are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from quant.budgets import USUAL, Budgets
from quant.commands.report import source_of
from quant.present.asked import Asked
from quant.records import Measurement
from quant.report.report import Report, gather
from quant.store import Store, open_store
from tests.pages.samples import said


def keep(store: Store, points: Sequence[Measurement]) -> None:
    for point in points:
        store.append(point, said(point) if point.drop >= 0 else None)


@contextmanager
def reported(
    points: Sequence[Measurement], budgets: Budgets = USUAL, pinned: str = "", **asked: Any
) -> Iterator[Report]:
    """In the home folder that the settings name."""
    with open_store() as store:
        keep(store, points)
        source = source_of(store, points[0].workload)
        yield gather(source, Asked(budgets, **asked), pinned)
