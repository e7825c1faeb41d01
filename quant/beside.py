"""Points compared with one of them, picture by picture, so many at once that chance has its say."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from quant.point import Figures
from quant.points import Points
from quant.power import detectable
from quant.stats import LEVEL, Paired, holm, paired

Bits = NDArray[np.bool_]
Right: TypeAlias = Callable[[Points], Sequence[Bits | None]]  # see quant.store.right


@dataclass(frozen=True, slots=True)
class Beside:
    """One point beside the other, on the pictures that both were measured on.

    `paired.drop` is what the other one has more in accuracy. `p_value` is Holm's, over all points
    that were compared at once; `detectable` is the smallest difference that would have been told
    apart in 8 of 10 such comparisons, a fraction of 1.
    """

    paired: Paired
    p_value: float
    detectable: float

    @property
    def told_apart(self) -> bool:
        return self.p_value <= LEVEL


@dataclass(frozen=True, slots=True)
class Compared:
    """`best` is what points are beside, `beside` holds the others by id, and `against_fp32` the
    p-values of their loss after Holm's correction, by id."""

    best: Figures | None = None
    beside: Mapping[str, Beside] = field(default_factory=dict)
    against_fp32: Mapping[str, float] = field(default_factory=dict)

    @property
    def best_label(self) -> str:
        return self.best.recipe.label if self.best else ""

    @property
    def key(self) -> tuple[object, ...]:
        """What tells it from others over the same points, for caches."""
        return self.best and self.best.id, len(self.beside), tuple(sorted(self.alike))

    @property
    def alike(self) -> frozenset[str]:
        """Ids of those that are not told apart from the best."""
        return frozenset(name for name, one in self.beside.items() if not one.told_apart)


def compare(points: Points, best: Figures | None, right: Right) -> Compared:
    """All of these points at once: with FP32, and with `best`, which is one of them, or with none.

    Points measured on other pictures are not compared; of two that were measured on different
    numbers of the same pictures, the first ones are.
    """
    figures = points.figures(range(len(points)))
    corrected = holm([np.nan if one.recipe.is_fp32 else one.p_value for one in figures])
    against = {
        one.id: value
        for one, value in zip(figures, corrected.tolist(), strict=True)
        if np.isfinite(value)
    }
    if best is None:
        return Compared(None, {}, against)
    said = dict(zip((one.id for one in figures), right(points), strict=True))
    mine = said.get(best.id)
    pairs = {
        one.id: _pair(mine, other)
        for one in figures
        if mine is not None and one.id != best.id and _same_pictures(one, best)
        if (other := said[one.id]) is not None
    }
    return Compared(best, together(pairs), against)


def together(pairs: Mapping[str, Paired]) -> dict[str, Beside]:
    """Comparisons that are looked at together, under the names given."""
    p_values = holm([one.p_value for one in pairs.values()]).tolist()
    # Holm's first step decides when nothing else does, so that is what could have been told.
    level = LEVEL / max(1, len(pairs))
    return {
        name: Beside(one, p_value, detectable(one.lost, one.gained, one.n, level))
        for (name, one), p_value in zip(pairs.items(), p_values, strict=True)
    }


def _pair(first: Bits, second: Bits) -> Paired:
    """On the pictures of both: the order is the same for all, so they are the first ones."""
    n = min(len(first), len(second))
    return paired(first[:n], second[:n])


def _same_pictures(one: Figures, other: Figures) -> bool:
    return one.data_id == other.data_id and bool(one.data_id or one.data == other.data)
