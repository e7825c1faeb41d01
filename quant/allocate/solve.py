"""The best widths within budgets: a multiple-choice knapsack, solved by HiGHS.

Each group of layers takes one option: Sinha and Zoltners 1979, Operations Research 27 (3), 503-515.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import inf

import numpy as np
from numpy.typing import NDArray

from quant.allocate.constraints import Limits
from quant.allocate.core import Left, core, everything
from quant.allocate.problem import Assignment, Problem, assigned, table_bytes
from quant.allocate.quiet import quiet
from quant.errors import BitfrontError, RequestError

GAP = 1e-3  # relative
TRIES = 4  # with what tables take
SCALE = 1e4  # of the largest coefficient: HiGHS also stops at an absolute gap of 1e-6
UNITS = {
    "size_bytes": ("bytes", ",.0f"),
    "bit_operations": ("bit-operations", ".3g"),
    "latency_ms": ("ms", ".3f"),
    "noise": ("noise of the logits over their power", ".3g"),
}


class Infeasible(RequestError):
    """No assignment keeps to the budgets; the sentence says what the least is."""


def solve(given: Problem, limits: Limits) -> Assignment:
    """The least noise within the limits; the smallest file where noise is limited.

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
        _refuse_impossible(given, name, limit)
    minimised = "size_bytes" if "noise" in wanted else "noise"
    found = _highs(given, wanted, minimised)
    if found is None and len(wanted) > 1:
        raise Infeasible(_together(given, wanted))
    if found is None:
        raise BitfrontError(f"the solver found nothing within {limits}: report this")
    return found


def _together(given: Problem, wanted: Mapping[str, float]) -> str:
    """What the others allow, for the limit whose relaxing is told of."""
    for name in ("noise", "latency_ms", "size_bytes", "bit_operations"):
        others = {key: value for key, value in wanted.items() if key != name}
        if name not in wanted or (found := _highs(given, others, name)) is None:
            continue
        unit, digits = UNITS[name]
        return (
            f"each budget can be kept to, all together cannot: with the others, at least "
            f"{getattr(found, name):{digits}} {unit} are needed and {wanted[name]:{digits}} were "
            "given; raise one of them"
        )
    return "each budget can be kept to, all together cannot; raise one of them"


def _refuse_impossible(given: Problem, name: str, limit: float) -> None:
    picks = [
        min(range(len(group.options)), key=lambda at: getattr(group.options[at], name))
        for group in given.groups
    ]
    least = getattr(assigned(given, picks), name)
    if least > limit:
        unit, digits = UNITS[name]
        raise Infeasible(
            f"a budget of {limit:{digits}} {unit} cannot be kept to: with the allowed widths at "
            f"least {least:{digits}} are needed; raise it, or allow narrower widths"
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
    if known is not None and not _keeps(given, known, limits):
        left, known = everything(given), None
    best = _solved(given, limits, minimised, left)
    every = [one for one in (best, known) if one is not None]
    return min(every, key=lambda one: getattr(one, minimised), default=None)


def _keeps(given: Problem, made: Assignment, limits: Mapping[str, float]) -> bool:
    """Without tables."""
    off = {"size_bytes": table_bytes(given.tables, made.layers)}
    return all(getattr(made, name) - off.get(name, 0.0) <= most for name, most in limits.items())


def _solved(
    given: Problem, limits: Mapping[str, float], minimised: str, left: Left
) -> Assignment | None:
    """HiGHS keeps to limits to a millionth: where that is too little, it gets less."""
    for tightened in (0.0, 2e-6):
        made = _chosen(given, limits, minimised, left, tightened)
        if made is None or _keeps(given, made, limits):
            return made
    return None


def _chosen(
    given: Problem, limits: Mapping[str, float], minimised: str, left: Left, tightened: float
) -> Assignment | None:
    try:
        from scipy.optimize import Bounds, LinearConstraint, milp
        from scipy.sparse import csr_array
    except ImportError as exc:
        raise RequestError(
            "solving needs scipy, which is not installed here; install Bitfront whole, or choose "
            "widths by hand"
        ) from exc
    sizes = [len(own) for own in left]
    count, places = sum(sizes), np.repeat(np.arange(len(sizes)), sizes)
    choose = csr_array((np.ones(count), (places, np.arange(count))))
    constraints = [LinearConstraint(choose, 1, 1)]
    for name, limit in limits.items():
        row, least = _above(given, left, name)
        room = limit - given.base(name) - least
        scale = max(room, float(row.max(initial=0.0)) * 1e-6, 1e-300)
        most = room / scale * (1 - tightened)
        constraints.append(LinearConstraint(csr_array(row[None] / scale), -np.inf, most))
    cost, _ = _above(given, left, minimised)
    with quiet():
        answer = milp(
            cost * (SCALE / max(float(cost.max(initial=0.0)), 1e-300)),
            constraints=constraints,
            integrality=np.ones(count, np.int64),
            bounds=Bounds(0, 1),
            options={"mip_rel_gap": GAP},
        )
    if answer.x is None:
        return None
    chosen = np.split(np.asarray(answer.x), np.cumsum(sizes)[:-1])
    made = assigned(
        given, [own[int(part.argmax())] for own, part in zip(left, chosen, strict=True)]
    )
    # HiGHS tells its gap of what is above the least of each group; ours is of the whole
    off = float(answer.mip_gap or 0.0) * float(cost @ np.asarray(answer.x))
    return made.within(max(off, 0.0) / (getattr(made, minimised) or 1.0))


def _above(given: Problem, left: Left, name: str) -> tuple[NDArray[np.float64], float]:
    """Each option above the least of its group, and the sum of these."""
    each = [
        [getattr(group.options[at], name) for at in own]
        for group, own in zip(given.groups, left, strict=True)
    ]
    least = [min(own) for own in each]
    return np.array([v - low for own, low in zip(each, least, strict=True) for v in own]), sum(
        least
    )
