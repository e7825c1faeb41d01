"""What became of each layer, side by side; layers that came out the same are folded, and those that
differ in the same way share a row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from quant.compare.facts import Fact
from quant.compare.sides import Side
from quant.explain import ABSENT
from quant.records import LayerOutcome


class Layers(NamedTuple):
    """Rows that differ and rows that do not, in network order. `told` says what is missing."""

    differing: tuple[Fact, ...]
    same: tuple[Fact, ...]
    told: str = ""


def layers(sides: Sequence[Side]) -> Layers:
    """A row a layer of any of the points; a dash where a point has no such layer."""
    without = [side.name for side in sides if not side.point.outcomes]
    if without:
        return Layers((), (), f"No layers are recorded for {', '.join(without)}.")
    tables = [{one.layer: one for one in side.point.outcomes} for side in sides]
    shared = set.intersection(*(set(table) for table in tables))
    if not shared:
        return Layers((), (), "These points have no layer in common: their networks differ.")
    rows = [
        Fact(name, tuple(_cell(table.get(name)) for table in tables)) for name in _in_order(tables)
    ]
    differing = tuple(row for row in rows if row.differs)
    return Layers(differing, tuple(row for row in rows if not row.differs))


def grouped(rows: Sequence[Fact]) -> tuple[Fact, ...]:
    """Rows with the same cells as one, in the place of the first: `stem.0 and 9 more`."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for row in rows:
        groups.setdefault(row.cells, []).append(row.name)
    return tuple(
        Fact(names[0] + (f" and {len(names) - 1:,} more" if names[1:] else ""), cells)
        for cells, names in groups.items()
    )


def _in_order(tables: Sequence[dict[str, LayerOutcome]]) -> list[str]:
    """The first point's layers in network order; those of others after the layer before them."""
    order = list(tables[0])
    for table in tables[1:]:
        before = -1
        for name in table:
            if name in order:
                before = order.index(name)
            else:
                before += 1
                order.insert(before, name)
    return order


def _cell(outcome: LayerOutcome | None) -> str:
    """`4-bit weights, 8-bit input, QLinearConv`; a reason where it was kept in float."""
    if outcome is None:
        return ABSENT
    if outcome.kept:
        return f"float: {outcome.kept}"
    weights = "" if not outcome.parameters else f"{_width(outcome.weight_bits)} weights, "
    note = f" ({outcome.note})" if outcome.note else ""
    kernel = outcome.kernel or "float32"
    return f"{weights}{_width(outcome.activation_bits)} input, {kernel}{note}"


def _width(bits: int) -> str:
    return "float" if bits == 32 else f"{bits}-bit"
