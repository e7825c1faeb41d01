"""What runs a task, wherever that is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from quant.breakdown.record import Breakdown
from quant.errors import BitfrontError
from quant.jobs.requests import Task
from quant.records import Measurement
from quant.sensitivity.rated import Rated


@dataclass(frozen=True, slots=True)
class Identity:
    """What a task would measure: the point's key, where and by what, on how many pictures, and at
    what batch and threads it would be timed."""

    key: str
    machine_id: str
    runtime: str
    n: int
    batch: int
    threads: int

    def is_of(self, measured: Measurement) -> bool:
        """Whether a measurement of the point was timed as this one would be."""
        return (measured.batch, measured.threads) == (self.batch, self.threads)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A task's measurement; `known` ones were in the store before. Of a task that takes a point
    apart, what it was taken apart into; of one that tries every layer, what that found."""

    measurement: Measurement | None
    predictions: bytes | None = None
    known: bool = False
    breakdown: Breakdown | None = None
    rated: Rated | None = None


Known = tuple[Measurement, bytes | None]  # and the samples beside it


class Progress(Protocol):
    """Called with the step in words and the share of this point, 0 to 1; may raise to stop."""

    def __call__(self, step: str, fraction: float, /) -> None: ...


class Engine(Protocol):
    """A module that measures. `fetch` downloads weights and pictures that are not here yet;
    `identity` is quick and loads no network."""

    def warm(self) -> None: ...

    def fetch(self, task: Task, home: Path, progress: Progress, /) -> None: ...

    def identity(self, task: Task, home: Path, /) -> Identity: ...

    def evaluate(self, task: Task, home: Path, progress: Progress, /) -> Known: ...

    def time_again(self, task: Task, known: Known, home: Path, progress: Progress, /) -> Known: ...

    def explain(self, task: Task, home: Path, progress: Progress, /) -> Breakdown: ...

    def rate(self, task: Task, home: Path, progress: Progress, /) -> Rated: ...


class Watch(Protocol):
    """Who asked for the task: hears how far it is, and knows what was measured before."""

    def beat(self, step: str, fraction: float) -> bool:
        """Called about every second; False means stop at once."""

    def known(self, identity: Identity) -> Known | None:
        """The measurement that makes this task unnecessary, or leaves only latency to be timed
        because it is of another batch or number of threads; or None."""


class Executor(Protocol):
    """Runs one task at a time, apart from the process that asked."""

    def run(self, task: Task, watch: Watch) -> Outcome:
        """Measure a task.

        Raises:
            BitfrontError: the sentence that the engine ended with.
            TaskBroke: a bug in the engine.
            WorkerDied: the process that measured is gone.
            LostLease: `watch.beat` said stop; the work has stopped.
            OverLimit: it took more time or memory than a task may; the work has stopped.
        """

    def said(self) -> str:
        """What the task that ran last printed, libraries' warnings and crashes included."""

    def close(self) -> None:
        """Stop what runs and give everything back."""


class WorkerDied(Exception):
    """The process that measured ended without an answer; the message says how."""


class TaskBroke(Exception):
    """A bug stopped the task; `log` is its traceback."""

    def __init__(self, sentence: str, log: str) -> None:
        super().__init__(sentence)
        self.log = log


class OverLimit(BitfrontError):
    """A task took more than it may; the message states what, the limit and the remedy."""


class Refused(BitfrontError):
    """The sentence of a BitfrontError that was raised in another process."""
