"""What passes between stores and those who read them, beside measurements."""

from __future__ import annotations

from typing import NamedTuple

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
    batch: int
    threads: int
    n: int
    measured_at: str
    artifact_sha256: str

    @classmethod
    def of(cls, measured: Measurement) -> Same:
        return cls(
            measured.key,
            measured.machine.id,
            measured.runtime,
            measured.batch,
            measured.threads,
            measured.n,
            measured.measured_at,
            measured.artifact_sha256,
        )

    @property
    def rivals(self) -> tuple[str, str, str, int, int, int]:
        """What it shares with those of which only the newest is shown."""
        return self[:6]


class Merged(NamedTuple):
    """How many measurements were appended, how many were there before, and how many were left out
    because the store has a newer one of the same point on as many pictures."""

    new: int
    known: int
    older: int = 0
