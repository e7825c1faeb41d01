"""What a store does, whatever it is kept in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from types import TracebackType
from typing import Protocol, Self

from quant.breakdown.record import Breakdown
from quant.points import Points
from quant.records import Measurement
from quant.reference.record import Reference
from quant.sensitivity.rated import Rated
from quant.sensitivity.scores import Sensitivity
from quant.store.kept import Kept, Merged, Same, Stamp
from quant.store.queue import Queue


class Store(Queue, Protocol):
    """Measurements are appended, never overwritten; a task has one holder at a time.

    Every method raises StoreError, a sentence, where the store is read-only, locked, full,
    damaged or out of reach.
    """

    read_only: bool

    def append(self, measurement: Measurement, predictions: bytes | None = None) -> int:
        """Keep a measurement; its number in the store."""

    def points(
        self, workload: str | None = None, *, with_outcomes: bool = False
    ) -> list[Measurement]:
        """What is shown: per point, machine, runtime, batch and threads, the newest of those with
        the largest n.

        `outcomes` is left empty unless asked for: it is most of a measurement's bytes.
        """

    def figures(self, after: int = 0) -> Points:
        """All rows with a higher number than `after` as columns, oldest first; also those that
        newer ones stand before.
        """

    def measurement(
        self, identity: str, timed: tuple[int, int] | None = None
    ) -> Measurement | None:
        """The point that `Measurement.id` names, as `points` shows it, outcomes included.

        `timed` is a batch and a number of threads; without, the one timed last is given.
        """

    def history(self, key: str) -> list[Measurement]:
        """All measurements of one point, oldest first."""

    def find(
        self,
        key: str,
        machine_id: str,
        runtime: str,
        least_n: int = 1,
        timed: tuple[int, int] | None = None,
    ) -> Measurement | None:
        """The shown measurement of a point, if it rests on at least `least_n` pictures; `timed`
        as for `measurement`."""

    def predictions(self, identity: str, timed: tuple[int, int] | None = None) -> bytes | None:
        """What `quant.samples.Samples.pack` wrote of the point that `Measurement.id` names."""

    def contents(self, numbers: Sequence[int]) -> dict[int, bytes]:
        """The same by rows of the store, see `Points.numbers`; those without are left out."""

    def references(self, workload: str) -> list[Reference]:
        """What a network takes in PyTorch: the newest of each way, machine, batch and threads."""

    def keep_references(self, found: Iterable[Reference]) -> None:
        """Append them, all or none."""

    def breakdown(self, identity: str) -> Breakdown | None:
        """What the point that `Measurement.id` names was last taken apart into."""

    def breakdowns(self, workloads: Sequence[str] | None = None) -> Iterator[Breakdown]:
        """The newest of each point."""

    def keep_breakdowns(self, found: Iterable[Breakdown]) -> None:
        """Append those of another store, all or none."""

    def sensitivity(
        self,
        workload: str | None = None,
        *,
        key: str | None = None,
        method: str | None = None,
        data_id: str | None = None,
    ) -> Sensitivity | None:
        """The newest scores of layers that match what is given."""

    def histograms(self, key: str) -> bytes | None:
        """What stands beside the scores of that key, as quant.sensitivity.histograms packs it."""

    def sensitivities(self, workloads: Sequence[str] | None = None) -> Iterator[Rated]:
        """The newest of each key."""

    def keep_sensitivities(self, found: Iterable[Rated]) -> None:
        """Append those of another store, all or none."""

    def every(
        self, workloads: Sequence[str] | None = None, *, with_predictions: bool = True
    ) -> Iterator[Kept]:
        """All measurements, oldest first, with their predictions where there are any."""

    def known(self, keys: Sequence[str]) -> set[Same]:
        """Which measurements there are of these points, by what is the same in every store."""

    def merge(self, kept: Iterable[Kept]) -> Merged:
        """Append those that are not there, all or none; predictions that were missing too.

        One that is older than what is there would be shown in its place, so it is left out.
        """

    def keep_view(self, query: str) -> str:
        """A short id for the part of an address after its question mark; equal ones share it.

        Raises RequestError for more than 32,000 bytes.
        """

    def view_query(self, identity: str) -> str | None:
        """What `keep_view` was given, or None."""

    def version_stamp(self) -> Stamp:
        """Cheap to ask; changes with every change of points or sweeps."""

    def close(self) -> None:
        """Give connections back."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


__all__ = ["Kept", "Merged", "Same", "Stamp", "Store"]
