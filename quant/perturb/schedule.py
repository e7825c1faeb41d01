"""Which layers and widths the network is run for, and which follow from those.

A try costs what lies behind its layer, so all layers at one width cost about half of so many whole
runs. Widths of 4 and less are run first: there errors are large and do not follow one from another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from quant.perturb.changes import Changes
from quant.sensitivity.scores import ACTIVATIONS, WEIGHTS, WIDTHS

ALONE, RECOVERED = "alone", "recovered"
ORDER = (
    (ALONE, WEIGHTS, 4), (ALONE, ACTIVATIONS, 4), (ALONE, WEIGHTS, 3), (ALONE, WEIGHTS, 2),
    (RECOVERED, WEIGHTS, 4), (RECOVERED, ACTIVATIONS, 4), (RECOVERED, WEIGHTS, 3),
    (RECOVERED, WEIGHTS, 2), (ALONE, WEIGHTS, 8), (ALONE, ACTIVATIONS, 8),
    (ALONE, WEIGHTS, 6), (ALONE, ACTIVATIONS, 6), (ALONE, WEIGHTS, 5), (ALONE, ACTIVATIONS, 5),
    (ALONE, WEIGHTS, 7), (ALONE, ACTIVATIONS, 7),
    *((RECOVERED, kind, bits) for bits in (8, 6, 5, 7) for kind in (WEIGHTS, ACTIVATIONS)),
)  # fmt: skip
ALWAYS = 4  # of these, the first
# multiply-adds of all tries: 200 s of one core on EfficientNet-Lite0 (AVX-512), of depthwise layers
MOST_MACS = 1.2e13
FEWEST_PICTURES = 16

Sweep = tuple[str, str, int]


@dataclass(frozen=True)
class Behind:
    """Of one unit: multiply-adds of all that lies behind it, for one picture, and for each width of
    its inputs the widths that a file would use, by which tries are the same."""

    macs: int
    used: Mapping[int, tuple[int, ...]]
    has_weights: bool


def behind_of(changes: Changes) -> list[Behind]:
    """Of each unit, in network order."""
    every = {one.node: one.macs for one in changes.prepared.layers}
    every |= {one.node: one.macs for one in changes.prepared.products}
    found, left = [], sum(every.values())
    for unit in changes.units:
        left -= every[unit.node]
        used = {bits: changes.used(unit, ACTIVATIONS, bits) for bits in WIDTHS[ACTIVATIONS]}
        found.append(Behind(left, used, unit.layer is not None))
    return found


def cost(behind: Sequence[Behind], sweep: Sweep, done: Sequence[Sweep]) -> int:
    """Multiply-adds of a sweep for one picture; what earlier ones have run costs nothing."""
    way, kind, bits = sweep
    if kind == WEIGHTS:
        return sum(unit.macs for unit in behind if unit.has_weights)
    if way == RECOVERED:
        return sum(unit.macs for unit in behind)
    before = [b for w, k, b in done if (w, k) == (way, kind)]
    return sum(unit.macs for unit in behind if all(unit.used[b] != unit.used[bits] for b in before))


def chosen(behind: Sequence[Behind], pictures: int) -> tuple[Sweep, ...]:
    """What is run: the first of ORDER, as far as MOST_MACS goes, and some always."""
    found: list[Sweep] = []
    left = MOST_MACS / max(pictures, 1)
    for sweep in ORDER:
        left -= cost(behind, sweep, found)
        if left < 0 and len(found) >= ALWAYS:
            break
        found.append(sweep)
    return tuple(found)


def affordable(behind: Sequence[Behind], available: int) -> int:
    """How many pictures to look at: all there are, fewer where what is always run would take
    longer than MOST_MACS."""
    least = sum(cost(behind, sweep, ORDER[:at]) for at, sweep in enumerate(ORDER[:ALWAYS]))
    most = int(MOST_MACS / max(least, 1))
    return min(available, max(FEWEST_PICTURES, most))
