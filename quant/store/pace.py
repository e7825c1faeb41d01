"""How long a point takes, by what was measured last, as a whole and step by step."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from quant.store import story


@dataclass(frozen=True, slots=True)
class Pace:
    """Mean seconds of steps. `orders` are the steps of the newest points in the order they came.

    `whole` says that these are all steps that there will be, which is not so before the first
    point of a method that learns. What runs is given as rows with timeline, step and fraction.
    """

    steps: dict[str, float]
    orders: tuple[tuple[str, ...], ...]
    whole: bool = True

    @classmethod
    def of(cls, rows: Sequence[Any], *, whole: bool = True) -> Pace:
        """From rows with started_at, finished_at and timeline, newest first."""
        taken: dict[str, list[float]] = defaultdict(list)
        orders = []
        for row in rows:
            found = story.durations(row.timeline, row.finished_at)
            orders.append(tuple(step for step, _ in found))
            for step, seconds in found:
                taken[step].append(seconds)
        steps = {step: fmean(seconds) for step, seconds in taken.items()}
        return cls(steps, tuple(dict.fromkeys(orders)), whole)

    def step_left(self, row: Any, now: float) -> float | None:
        """Seconds until the running step should end, as it says itself or by those before it;
        None where it was never seen to end."""
        said = story.said_left(row.step)
        if said is not None:
            return said
        begun = story.steps(row.timeline)
        if not begun or begun[-1][0] not in self.steps:
            return None
        step, at = begun[-1]
        return max(self.steps[step] - (now - at), 0.0)

    def point_left(self, row: Any, now: float, expected: float | None) -> float | None:
        """Seconds until the running point should end; `expected` is how long all of it should
        take."""
        begun, rest = story.steps(row.timeline), self.step_left(row, now)
        if rest is not None and (self.whole or story.said_left(row.step) is not None):
            # Learning for the first time was never seen: what follows is what follows others.
            for step, _ in reversed(begun):
                for order in self.orders:
                    if step in order:
                        later = order[order.index(step) + 1 :]
                        return rest + sum(self.steps[other] for other in later)
        return None if expected is None else expected * (1.0 - float(row.fraction))
