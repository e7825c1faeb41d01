"""Rounds in which the machine was slow: noticed by the reference kernel, taken again, or told."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from quant.disk import writing
from quant.measure.timer import Round

ROUNDS = 4  # of each start
REPEATS = 8  # rounds more in a whole measurement, in the place of slow ones
SLOWER = 1.3  # times the quickest that the reference kernel was seen here
HEAVY = 2.0  # times the quickest, in most rounds, is more than a ratio makes up for
BUSY = "the machine was busy or throttled"  # begins a note
REMEMBERED_SECONDS = 86_400.0  # then the machine may have become another one


@dataclass(frozen=True, slots=True)
class Timed:
    """One round: seconds of every run of each file, and the reference kernel's before or after
    them, whichever were more."""

    seconds: tuple[tuple[float, ...], ...]
    reference: float


@dataclass
class Quiet:
    """How quick the reference kernel has been: `known` from before, `seen` in this measurement."""

    known: float | None = None
    repeats: int = REPEATS
    seen: list[float] = field(default_factory=list)

    @property
    def quickest(self) -> float:
        """Seconds."""
        return min([*self.seen, *([] if self.known is None else [self.known])])

    def holds(self, timed: Timed) -> bool:
        """Whether a round was quiet."""
        return timed.reference <= SLOWER * self.quickest

    def start(self, take: Callable[[int], Round], before: float) -> tuple[Timed, ...]:
        """The rounds of one process start; while some were slow, more of them, and then the least
        disturbed. `take` runs a round, `before` is the reference kernel ahead of the first."""
        self.seen.append(before)
        taken: list[Timed] = []
        while self._wants_more(taken):
            found = take(len(taken))
            taken.append(Timed(found.seconds, max(before, found.reference)))
            before = found.reference
            self.seen.append(before)
        best = sorted(range(len(taken)), key=lambda at: taken[at].reference)[:ROUNDS]
        return tuple(taken[at] for at in sorted(best))

    def note(self, starts: Iterable[Sequence[Timed]]) -> str:
        """A sentence where slow rounds are among what is kept, else nothing."""
        kept = [timed for rounds in starts for timed in rounds]
        slow = [timed for timed in kept if not self.holds(timed)]
        if not slow:
            return ""
        usual, quickest = float(np.median([timed.reference for timed in slow])), self.quickest
        # Where a run is interrupted, longer ones are more often, and the ratio suffers too.
        advice = "read the ratio to FP32, not the milliseconds"
        if usual > HEAVY * quickest and len(slow) > len(kept) / 2:
            advice = "even the ratio to FP32 is rough"
        return (
            f"{BUSY} in {len(slow)} of {len(kept)} rounds of timing: the reference kernel took "
            f"{usual * 1000:.2g} ms in them and {quickest * 1000:.2g} ms at its quickest, "
            f"so {advice}"
        )

    def _wants_more(self, taken: Sequence[Timed]) -> bool:
        if len(taken) < ROUNDS:
            return True
        if self.repeats < 1 or sum(map(self.holds, taken)) >= ROUNDS:
            return False
        self.repeats -= 1
        return True


def remembered(path: Path) -> float | None:
    """The reference kernel's quickest seconds of the last day, or None."""
    try:
        if time.time() - path.stat().st_mtime > REMEMBERED_SECONDS:
            return None
        return float(path.read_text())
    except (OSError, ValueError):
        return None


def remember(path: Path, quiet: Quiet) -> None:
    """Keep a new record."""
    if quiet.known is None or quiet.quickest < quiet.known:
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(repr(quiet.quickest))
