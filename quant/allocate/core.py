"""Options that no best answer takes: what is left of a knapsack is small.

At the slope of the hull where the limit falls, a lower bound holds for every answer, and an option
that lifts it above an answer that is known can be left out. Source: Pisinger 1995, A minimal
algorithm for the multiple-choice knapsack problem, European Journal of Operational Research 83 (2),
394-410.
"""

from __future__ import annotations

from quant.allocate.hull import Hull, hull
from quant.allocate.problem import Assignment, Problem, assigned

SLACK = 1e-9  # of sums of floats


Left = tuple[tuple[int, ...], ...]  # numbers of options, by group


def everything(given: Problem) -> Left:
    """All options."""
    return tuple(tuple(range(len(group.options))) for group in given.groups)


def core(
    given: Problem, minimised: str, limited: str, limit: float
) -> tuple[Left, Assignment | None]:
    """The options that are left, and an answer that is known, where there is one.

    Other limits than this one are left aside: what they allow is among what is allowed here, but
    the known answer may not keep to them, and then nothing may be left out.
    """
    if "noise" not in (minimised, limited):
        return everything(given), None
    own = hull(given, limited if minimised == "noise" else minimised)
    rising = minimised == "noise"  # with what is limited
    limits, values = (own.costs, own.noises) if rising else (own.noises, own.costs)
    order = range(len(own)) if rising else range(len(own) - 1, -1, -1)
    within = [at for at in order if limits[at] <= limit]
    if not within:
        return everything(given), None
    inside = within[-1]
    known = _filled(own, inside, minimised, limited, limit)
    beyond = inside + (1 if rising else -1)
    if not 0 <= beyond < len(own):
        return tuple((at,) for at in own.picks(inside)), known
    slope = (values[inside] - values[beyond]) / max(limits[beyond] - limits[inside], 1e-300)
    priced = [
        [getattr(one, minimised) + slope * getattr(one, limited) for one in group.options]
        for group in given.groups
    ]
    bound = given.base(minimised) + sum(map(min, priced)) - slope * (limit - given.base(limited))
    most = getattr(known, minimised) * (1 + SLACK) - bound
    left = tuple(
        tuple(at for at, price in enumerate(own) if price - min(own) <= most) for own in priced
    )
    return left, known


def _filled(own: Hull, inside: int, minimised: str, limited: str, limit: float) -> Assignment:
    """A vertex, and then the edges beyond it that still fit, in their order."""
    picks, groups = own.picks(inside), own.problem.groups
    steps = own.steps[inside:] if minimised == "noise" else own.back[len(own) - 1 - inside :]
    used = own.problem.total(limited, picks)
    for at, pick in steps:
        options = groups[at].options
        here, there = options[picks[at]], options[pick]
        more = getattr(there, limited) - getattr(here, limited)
        if getattr(there, minimised) < getattr(here, minimised) and used + more <= limit:
            picks[at] = pick
            used += more
    return assigned(own.problem, picks)
