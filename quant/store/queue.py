"""What a store does for those who ask and those who measure."""

from __future__ import annotations

from typing import Protocol

from quant.breakdown.record import Breakdown
from quant.jobs.requests import SweepRequest, SweepStatus, Task, TaskStatus, Took
from quant.records import Measurement
from quant.sensitivity.rated import Rated


class Queue(Protocol):
    """A task has one holder at a time, which renews its lease or loses it."""

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

    def note(self, task: Task, text: str) -> None:
        """Add to a task's log; nothing happens if the attempt no longer holds it."""

    def finish(self, task: Task, measurement: Measurement, predictions: bytes | None) -> int:
        """Append the measurement and end the task, both or neither. Raises LostLease."""

    def explained(self, task: Task, breakdown: Breakdown) -> None:
        """Keep what a point was taken apart into and end the task, both or neither.

        Raises LostLease.
        """

    def rated(self, task: Task, found: Rated) -> None:
        """Keep the scores of all layers and end the task, both or neither. Raises LostLease."""

    def reuse(self, task: Task, measurement: Measurement) -> None:
        """End a task with a measurement that the store already has. Raises LostLease."""

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
