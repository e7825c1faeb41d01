"""The best widths within budgets: a multiple-choice knapsack, solved by HiGHS.

Each group of layers takes one option: Sinha and Zoltners 1979, Operations Research 27 (3), 503-515.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import inf

from quant.allocate.constraints import Limits
from quant.allocate.core import core, everything
from quant.allocate.highs import keeps, solved
from quant.allocate.problem import Assignment, Problem, assigned, table_bytes
from quant.errors import BitfrontError, RequestError

TRIES = 4  # with what tables take
UNITS = {
    "size_bytes": ("bytes", ",.0f"),
    "bit_operations": ("bit-operations", ".3g"),
    "latency_ms": ("ms", ".3f"),
}
Noise = Callable[[float], str]  # a sum of noises, in words


def by_power(noise: float) -> str:
    """Where nothing is known of what noise loses."""
    return f"{noise:.3g} noise of the logits over their power"


class Infeasible(RequestError):
    """No assignment keeps to the budgets; the sentence says what the least is."""


def solve(given: Problem, limits: Limits, noise: Noise = by_power) -> Assignment:
    """The least noise within the limits; the smallest file where noise is limited.

    Args:
        noise: says a limit on noise as it was asked for, such as accuracy lost.
    Raises:
        RequestError: no limit, one on a latency that nothing was measured for, or no solver here.
        Infeasible: with the least that there is.
    """
    wanted = limits.given
    if not wanted:
        raise RequestError("no budget was given; give one of bytes, milliseconds or loss")
    if "latency_ms" in wanted and given.pace is None:
        raise RequestError(
            "no latency of this model was measured here, so none can be predicted; measure w8a8 "
            "first, or leave the latency out"
        )
    for name, limit in wanted.items():
        _refuse_impossible(given, name, limit, noise)
    minimised = "size_bytes" if "noise" in wanted else "noise"
    found = _highs(given, wanted, minimised)
    if found is None and len(wanted) > 1:
        raise Infeasible(_together(given, wanted, noise))
    if found is None:
        raise BitfrontError(f"the solver found nothing within {limits}: report this")
    return found


def _said(name: str, value: float, noise: Noise) -> str:
    if name == "noise":
        return noise(value)
    unit, digits = UNITS[name]
    return f"{value:{digits if value >= 1 else '.3g'}} {unit}"


def _together(given: Problem, wanted: Mapping[str, float], noise: Noise) -> str:
    """What the others allow, for the limit whose relaxing is told of."""
    for name in ("noise", "latency_ms", "size_bytes", "bit_operations"):
        others = {key: value for key, value in wanted.items() if key != name}
        if name not in wanted or (found := _highs(given, others, name)) is None:
            continue
        least, most = getattr(found, name), wanted[name]
        return (
            f"each budget can be kept to, all together cannot: with the others, at least "
            f"{_said(name, least, noise)} are needed and {_said(name, most, noise)} were given; "
            "raise one of them"
        )
    return "each budget can be kept to, all together cannot; raise one of them"


def _refuse_impossible(given: Problem, name: str, limit: float, noise: Noise) -> None:
    picks = [
        min(range(len(group.options)), key=lambda at: getattr(group.options[at], name))
        for group in given.groups
    ]
    least = getattr(assigned(given, picks), name)
    if least > limit:
        other = "wider" if name == "noise" else "narrower"
        raise Infeasible(
            f"a budget of {_said(name, limit, noise)} cannot be kept to: with the allowed widths "
            f"at least {_said(name, least, noise)} are needed; raise it, or allow {other} widths"
        )


def _highs(given: Problem, limits: Mapping[str, float], minimised: str) -> Assignment | None:
    """None where nothing keeps to all limits.

    Tables are counted with what was found, and the bytes for them taken off what there is.
    """
    found, tables = None, 0.0
    for _ in range(TRIES):
        left_over = {
            name: limit - (tables if name == "size_bytes" else 0.0)
            for name, limit in limits.items()
        }
        found = _within(given, left_over, minimised)
        if found is None:
            break
        if found.size_bytes <= limits.get("size_bytes", inf):
            return found
        tables = max(tables + 1.0, table_bytes(given.tables, found.layers))
    return _narrowest(given, limits) if tables else None


def _narrowest(given: Problem, limits: Mapping[str, float]) -> Assignment | None:
    """The smallest file, where that alone keeps to the limits."""
    picks = [
        min(range(len(group.options)), key=lambda at: group.options[at].size_bytes)
        for group in given.groups
    ]
    made = assigned(given, picks)
    return made if all(getattr(made, name) <= most for name, most in limits.items()) else None


def _within(given: Problem, limits: Mapping[str, float], minimised: str) -> Assignment | None:
    name, limit = next(iter(limits.items()))
    left, known = core(given, minimised, name, limit)
    if known is not None and not keeps(given, known, limits):
        left, known = everything(given), None
    best = solved(given, limits, minimised, left)
    every = [one for one in (best, known) if one is not None]
    return min(every, key=lambda one: getattr(one, minimised), default=None)
