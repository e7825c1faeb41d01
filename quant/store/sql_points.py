"""Measurements and views in a SQL database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from quant.breakdown.record import Breakdown
from quant.points import Points
from quant.records import Measurement
from quant.reference.record import Reference
from quant.sensitivity.rated import Rated
from quant.sensitivity.scores import Sensitivity
from quant.store import (
    breakdowns,
    columns,
    measurements,
    references,
    sensitivities,
    transfer,
    views,
)
from quant.store.connected import Connected
from quant.store.protocol import Kept, Merged, Same


class SqlPoints(Connected):
    """See quant.store.protocol."""

    def append(self, measurement: Measurement, predictions: bytes | None = None) -> int:
        with self._writing(points=True) as connection:
            return measurements.insert(connection, measurement, predictions)

    def points(
        self, workload: str | None = None, *, with_outcomes: bool = False
    ) -> list[Measurement]:
        with self._reading() as connection:
            ids = sorted(connection.execute(measurements.shown_ids(workload)).scalars())
            if with_outcomes:
                return measurements.in_order(measurements.whole(connection, ids), ids)
            return measurements.in_order(measurements.payloads(connection, ids), ids)

    def figures(self, after: int = 0) -> Points:
        with self._reading() as connection:
            return columns.read(connection, after)

    def measurement(
        self, identity: str, timed: tuple[int, int] | None = None
    ) -> Measurement | None:
        key, machine_id, runtime = _parts(identity)
        return self.find(key, machine_id, runtime, timed=timed)

    def history(self, key: str) -> list[Measurement]:
        with self._reading() as connection:
            ids = measurements.key_ids(connection, key)
            return measurements.in_order(measurements.whole(connection, ids), ids)

    def find(
        self,
        key: str,
        machine_id: str,
        runtime: str,
        least_n: int = 1,
        timed: tuple[int, int] | None = None,
    ) -> Measurement | None:
        with self._reading() as connection:
            number = measurements.newest_id(connection, key, machine_id, runtime, least_n, timed)
            return None if number is None else measurements.whole(connection, [number])[number]

    def predictions(self, identity: str, timed: tuple[int, int] | None = None) -> bytes | None:
        with self._reading() as connection:
            number = measurements.newest_id(connection, *_parts(identity), timed=timed)
            return None if number is None else measurements.content(connection, number)

    def contents(self, numbers: Sequence[int]) -> dict[int, bytes]:
        with self._reading() as connection:
            return measurements.contents(connection, numbers)

    def references(self, workload: str) -> list[Reference]:
        with self._reading() as connection:
            return references.newest(connection, workload)

    def keep_references(self, found: Iterable[Reference]) -> None:
        with self._writing(points=True) as connection:
            for one in found:
                references.insert(connection, one)

    def breakdown(self, identity: str) -> Breakdown | None:
        with self._reading() as connection:
            return breakdowns.newest(connection, *_parts(identity))

    def breakdowns(self, workloads: Sequence[str] | None = None) -> Iterator[Breakdown]:
        with self._reading() as connection:
            yield from breakdowns.every(connection, workloads)

    def keep_breakdowns(self, found: Iterable[Breakdown]) -> None:
        with self._writing(points=True) as connection:
            for one in found:
                breakdowns.insert(connection, one)

    def sensitivity(
        self,
        workload: str | None = None,
        *,
        key: str | None = None,
        method: str | None = None,
        data_id: str | None = None,
    ) -> Sensitivity | None:
        with self._reading() as connection:
            return sensitivities.newest(connection, workload, key, method, data_id)

    def histograms(self, key: str) -> bytes | None:
        with self._reading() as connection:
            return sensitivities.histograms(connection, key)

    def sensitivities(self, workloads: Sequence[str] | None = None) -> Iterator[Rated]:
        with self._reading() as connection:
            yield from sensitivities.every(connection, workloads)

    def keep_sensitivities(self, found: Iterable[Rated]) -> None:
        with self._writing(points=True) as connection:
            for one in found:
                sensitivities.insert(connection, one)

    def every(
        self, workloads: Sequence[str] | None = None, *, with_predictions: bool = True
    ) -> Iterator[Kept]:
        with self._reading() as connection:
            yield from transfer.every(connection, workloads, with_predictions)

    def known(self, keys: Sequence[str]) -> set[Same]:
        with self._reading() as connection:
            return set(transfer.known(connection, keys))

    def merge(self, kept: Iterable[Kept]) -> Merged:
        with self._writing(points=True) as connection:
            return transfer.merge(connection, kept)

    def keep_view(self, query: str) -> str:
        views.refuse_large(query)
        with self._reading() as connection:
            identity, is_kept = views.name(connection, query)
        if is_kept:
            return identity
        with self._writing() as connection:
            return views.keep(connection, query, self._clock())

    def view_query(self, identity: str) -> str | None:
        with self._reading() as connection:
            return views.find(connection, identity)


def _parts(identity: str) -> tuple[str, str, str]:
    """Key, machine and runtime of a `Measurement.id`; a mangled one names nothing."""
    key, _, rest = identity.partition("@")
    machine_id, _, runtime = rest.partition("@")
    return key, machine_id, runtime
