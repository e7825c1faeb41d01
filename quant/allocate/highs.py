"""HiGHS: one option of each group, within limits, so that least of something is left."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from quant.allocate.core import Left
from quant.allocate.problem import Assignment, Problem, assigned, table_bytes
from quant.allocate.quiet import quiet
from quant.errors import RequestError

GAP = 1e-3  # relative
SCALE = 1e4  # of the largest coefficient: HiGHS also stops at an absolute gap of 1e-6


def solved(
    given: Problem, limits: Mapping[str, float], minimised: str, left: Left
) -> Assignment | None:
    """HiGHS keeps to limits to a millionth: where that is too little, it gets less."""
    for tightened in (0.0, 2e-6):
        made = _chosen(given, limits, minimised, left, tightened)
        if made is None or keeps(given, made, limits):
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


def keeps(given: Problem, made: Assignment, limits: Mapping[str, float]) -> bool:
    """Without tables."""
    off = {"size_bytes": table_bytes(given.tables, made.layers)}
    return all(getattr(made, name) - off.get(name, 0.0) <= most for name, most in limits.items())
