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
MOST_MACS = 1.25e13
FEWEST_PICTURES = 8
# loading what lies behind a layer, as multiply-adds that take as long: 2 ms a MB, 0.07 ms a node
A_PARAMETER, A_NODE = 500, 4_000_000

Sweep = tuple[str, str, int]


@dataclass(frozen=True)
class Behind:
    """Of one unit: multiply-adds of all that lies behind it, for one picture, and what loading it
    takes; and for each width of its inputs the widths that a file would use, by which tries are the
    same."""

    macs: int
    loading: int
    used: Mapping[int, tuple[int, ...]]
    has_weights: bool


def behind_of(changes: Changes) -> list[Behind]:
    """Of each unit, in network order."""
    prepared = changes.prepared
    macs = {one.node: one.macs for one in prepared.layers}
    macs |= {one.node: one.macs for one in prepared.products}
    parameters = {one.node: one.parameters for one in prepared.layers}
    found: list[Behind] = []
    computing = loading = 0
    for node in reversed(prepared.network.nodes):
        unit = changes.by_node.get(node.name)
        if unit is not None:
            used = {bits: changes.used(unit, ACTIVATIONS, bits) for bits in WIDTHS[ACTIVATIONS]}
            found.append(Behind(computing, loading, used, unit.layer is not None))
            computing += macs[node.name]
        loading += A_NODE + A_PARAMETER * parameters.get(node.name, 0)
    return found[::-1]


def cost(behind: Sequence[Behind], sweep: Sweep, done: Sequence[Sweep], pictures: int) -> int:
    """Multiply-adds of a sweep; what earlier ones have run or loaded costs nothing."""
    way, kind, bits = sweep
    tried = [unit for unit in behind if kind == ACTIVATIONS or unit.has_weights]
    loading = 0
    if way == RECOVERED or all(w != ALONE for w, _, _ in done):
        loading = sum(unit.loading for unit in tried)
    if way == ALONE and kind == ACTIVATIONS:
        before = [b for w, k, b in done if (w, k) == (way, kind)]
        tried = [unit for unit in tried if all(unit.used[b] != unit.used[bits] for b in before)]
    return pictures * sum(unit.macs for unit in tried) + loading


def chosen(behind: Sequence[Behind], pictures: int) -> tuple[Sweep, ...]:
    """What is run: the first of ORDER, as far as MOST_MACS goes, and some always."""
    found: list[Sweep] = []
    left = MOST_MACS
    for sweep in ORDER:
        left -= cost(behind, sweep, found, pictures)
        if left < 0 and len(found) >= ALWAYS:
            break
        found.append(sweep)
    return tuple(found)


def affordable(behind: Sequence[Behind], available: int) -> int:
    """How many pictures to look at: all there are, fewer where what is always run would take
    longer than MOST_MACS."""
    loading, whole = (
        sum(cost(behind, sweep, ORDER[:at], n) for at, sweep in enumerate(ORDER[:ALWAYS]))
        for n in (0, 1)
    )
    most = int((MOST_MACS - loading) / max(whole - loading, 1))
    return min(available, max(FEWEST_PICTURES, most))
