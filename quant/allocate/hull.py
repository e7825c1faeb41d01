"""The convex hull of noise over one cost: what no mixture of two assignments beats."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise

from quant.allocate.problem import Assignment, Option, Problem, assigned


@dataclass(frozen=True)
class Hull:
    """Vertices, the cheapest first, each the best at its own cost.

    From one to the next, one group takes another option: `steps` are (group, option), and `back`
    the same from the last to the first.
    """

    problem: Problem
    cost: str
    first: tuple[int, ...]
    steps: tuple[tuple[int, int], ...]
    back: tuple[tuple[int, int], ...]
    costs: tuple[float, ...]
    noises: tuple[float, ...]

    def __len__(self) -> int:
        return len(self.costs)

    def picks(self, vertex: int) -> list[int]:
        """The number of each group's option."""
        found = list(self.first)
        for group, option in self.steps[:vertex]:
            found[group] = option
        return found

    def at(self, vertex: int) -> Assignment:
        return assigned(self.problem, self.picks(vertex))


@lru_cache(maxsize=16)
def hull(given: Problem, cost: str) -> Hull:
    """Groups are independent, so the hull's edges are those of all groups, the steepest first.

    Source: Everett 1963, Operations Research 11 (3), 399-417; Shoham and Gersho 1988, IEEE
    Transactions on Acoustics, Speech and Signal Processing 36 (9), 1445-1453.
    """
    each = [_lower(group.options, cost) for group in given.groups]
    edges = sorted(
        (_slope(group.options[a], group.options[b], cost), at, a, b)
        for at, (group, own) in enumerate(zip(given.groups, each, strict=True))
        for a, b in pairwise(own)
    )
    first = tuple(own[0] for own in each)
    found = {}
    for name in (cost, "noise"):
        apart = [
            getattr(given.groups[at].options[b], name) - getattr(given.groups[at].options[a], name)
            for _, at, a, b in edges
        ]
        found[name] = tuple(accumulate(apart, initial=given.total(name, first)))
    steps = tuple((at, b) for _, at, _, b in edges)
    back = tuple((at, a) for _, at, a, _ in reversed(edges))
    return Hull(given, cost, first, steps, back, found[cost], found["noise"])


def _lower(options: tuple[Option, ...], cost: str) -> list[int]:
    """Numbers of the options on the lower left of the group's own hull, the cheapest first."""

    def place(at: int) -> tuple[float, float]:
        return getattr(options[at], cost), options[at].noise

    kept: list[int] = []
    for at in sorted(range(len(options)), key=place):
        if kept and options[at].noise >= options[kept[-1]].noise:
            continue
        while len(kept) > 1 and _slope(options[kept[-2]], options[kept[-1]], cost) >= _slope(
            options[kept[-1]], options[at], cost
        ):
            kept.pop()
        kept.append(at)
    return kept


def _slope(a: Option, b: Option, cost: str) -> float:
    """Noise for cost, from the cheaper to the dearer; below 0."""
    apart = getattr(b, cost) - getattr(a, cost)
    return (b.noise - a.noise) / apart if apart > 0 else float("-inf")
