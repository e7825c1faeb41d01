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
    """Means in seconds; `point` is None where nothing was measured. `orders` are the steps of
    the newest points in the order they came."""

    point: float | None
    steps: dict[str, float]
    orders: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, rows: Sequence[Any]) -> Pace:
        """From rows with started_at, finished_at and timeline, newest first."""
        taken: dict[str, list[float]] = defaultdict(list)
        orders = []
        for row in rows:
            found = story.durations(row.timeline, row.finished_at)
            orders.append(tuple(step for step, _ in found))
            for step, seconds in found:
                taken[step].append(seconds)
        whole = [row.finished_at - row.started_at for row in rows]
        steps = {step: fmean(seconds) for step, seconds in taken.items()}
        return cls(fmean(whole) if whole else None, steps, tuple(dict.fromkeys(orders)))

    def step_left(self, timeline: str, now: float) -> float | None:
        """Seconds until the running step should end; None where it was never seen to end."""
        begun = story.steps(timeline)
        if not begun or begun[-1][0] not in self.steps:
            return None
        step, at = begun[-1]
        return max(self.steps[step] - (now - at), 0.0)

    def point_left(self, timeline: str, fraction: float, now: float) -> float | None:
        """Seconds until the running point should end."""
        begun, rest = story.steps(timeline), self.step_left(timeline, now)
        if rest is not None:
            for order in self.orders:
                if begun[-1][0] in order:
                    later = order[order.index(begun[-1][0]) + 1 :]
                    return rest + sum(self.steps[step] for step in later)
        return None if self.point is None else self.point * (1.0 - fraction)
