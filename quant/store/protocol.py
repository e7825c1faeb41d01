"""What a store does, whatever it is kept in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from types import TracebackType
from typing import NamedTuple, Protocol, Self

from quant.jobs.requests import SweepRequest, SweepStatus, Task, TaskStatus, Took
from quant.points import Points
from quant.records import Measurement


class Stamp(NamedTuple):
    """Differs whenever the store, its points or its sweeps differ; a key for caches."""

    store: str
    points: int
    sweeps: int


Kept = tuple[Measurement, bytes | None]


class Same(NamedTuple):
    """What two rows share when they are one measurement, whichever stores they lie in."""

    key: str
    machine_id: str
    runtime: str
    n: int
    measured_at: str
    artifact_sha256: str

    @classmethod
    def of(cls, measured: Measurement) -> Same:
        return cls(
            measured.key,
            measured.machine.id,
            measured.runtime,
            measured.n,
            measured.measured_at,
            measured.artifact_sha256,
        )

    @property
    def rivals(self) -> tuple[str, str, str, int]:
        """What it shares with those of which only the newest is shown."""
        return self[:4]


class Merged(NamedTuple):
    """How many measurements were appended, how many were there before, and how many were left out
    because the store has a newer one of the same point on as many pictures."""

    new: int
    known: int
    older: int = 0


class Store(Protocol):
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
        """What is shown: per point, machine and runtime, the newest of those with the largest n.

        `outcomes` is left empty unless asked for: it is most of a measurement's bytes.
        """

    def figures(self, after: int = 0) -> Points:
        """All rows with a higher number than `after` as columns, oldest first; also those that
        newer ones stand before.
        """

    def measurement(self, identity: str) -> Measurement | None:
        """The point that `Measurement.id` names, as `points` shows it, outcomes included."""

    def history(self, key: str) -> list[Measurement]:
        """All measurements of one point, oldest first."""

    def find(self, key: str, machine_id: str, runtime: str, least_n: int = 1) -> Measurement | None:
        """The shown measurement of a point, if it rests on at least `least_n` pictures."""

    def predictions(self, identity: str) -> bytes | None:
        """The compressed predictions of the point that `Measurement.id` names."""

    def version_stamp(self) -> Stamp:
        """Cheap to ask; changes with every change of points or sweeps."""

    def submit(self, request: SweepRequest, most_waiting: int | None = None) -> str:
        """Queue a sweep; its id. Tasks equal to one that waits or runs are shared with it.

        Raises RequestError if more than `most_waiting` tasks would wait then.
        """

    def submit_first(self, request: SweepRequest) -> str | None:
        """Queue a sweep if its workload has no points and no sweeps yet, else None."""

    def claim(self, worker: str, lease_seconds: float, sweep: str | None = None) -> Task | None:
        """Take the next task, for `lease_seconds` unless renewed; None if none waits."""

    def renew(self, task: Task, lease_seconds: float, fraction: float, step: str) -> bool:
        """Extend a lease and say how far it is; False when the attempt no longer holds it."""

    def finish(self, task: Task, measurement: Measurement, predictions: bytes | None) -> int:
        """Append the measurement and end the task, both or neither. Raises LostLease."""

    def reuse(self, task: Task, measurement: Measurement) -> None:
        """End a task with a measurement that the store already has. Raises LostLease."""

    def note(self, task: Task, text: str) -> None:
        """Add to a task's log; nothing happens if the attempt no longer holds it."""

    def fail(self, task: Task, sentence: str, trace: str = "", *, broke: bool = False) -> None:
        """End a task with the reason; nothing happens if the attempt no longer holds it.

        `broke` says that a bug is the reason; `trace` goes into the log.
        """

    def release(self, task: Task, sentence: str, *, counted: bool = True) -> None:
        """Give a task back to be tried again; after the last attempt it fails with `sentence`."""

    def workers(self) -> list[str]:
        """Who holds a task now."""

    def abandon(self, worker: str) -> None:
        """Queue again what a worker holds that is known to be gone; its attempt is not counted."""

    def cancel(self, sweep: str) -> None:
        """Stop a sweep; tasks that another sweep waits for go on."""

    def retry(self, sweep: str) -> int:
        """Queue again what failed or was cancelled of a sweep; how many points that is."""

    def prioritise(self, sweep: str, priority: int) -> None:
        """Let a sweep go before those of lower priority."""

    def waiting(self) -> bool:
        """Whether any task could be claimed now."""

    def sweeps(self, limit: int = 20, workload: str | None = None) -> list[SweepStatus]:
        """The newest sweeps first."""

    def open_sweeps(self) -> list[SweepStatus]:
        """Sweeps with something that runs or waits, in the order of asking."""

    def sweep(self, sweep: str) -> SweepStatus | None:
        """How far one sweep is."""

    def tasks(self, sweep: str) -> list[TaskStatus]:
        """The tasks of one sweep in order."""

    def log(self, task: int) -> str:
        """What a task went through, in lines that begin with the time in UTC; empty if unknown."""

    def results(self, sweep: str) -> list[Measurement]:
        """What a sweep has measured or found so far, in the order asked for."""

    def durations(self, workload: str, limit: int = 50) -> list[Took]:
        """How long the newest measured tasks of a workload took."""

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

    def close(self) -> None:
        """Give connections back."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...
