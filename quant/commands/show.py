"""Rows for programs, a table for eyes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from quant.records import Measurement
from quant.rows import json_line as json_line

_HEADINGS = ("recipe", "accuracy", "drop", "size", "latency", "integer", "n")


def table(measurements: Iterable[Measurement], *, with_places: bool = False) -> str:
    """A line a point; `with_places` also says which workload, runtime and machine."""
    places = ("workload", "runtime", "machine") if with_places else ()
    rows = [(*_cells(item), *(_places(item) if with_places else ())) for item in measurements]
    return aligned([(*_HEADINGS, *places), *rows])


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Columns of text, each as wide as its widest cell."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )
    return "\n".join(lines)


def _cells(item: Measurement) -> tuple[str, ...]:
    return (
        item.recipe.label,
        f"{item.accuracy:.2%} ({item.accuracy_low:.2%} to {item.accuracy_high:.2%})",
        f"{100 * item.drop:+.2f} pp ({100 * item.drop_low:+.2f} to {100 * item.drop_high:+.2f})",
        f"{item.size_bytes / 1e6:.3f} MB",
        f"{item.latency_ms:.3f} ms ({item.latency_low_ms:.3f} to {item.latency_high_ms:.3f})",
        f"{item.integer_mac_share:.0%}",
        f"{item.n:,}",
    )


def _places(item: Measurement) -> tuple[str, ...]:
    return item.workload, item.runtime, item.machine.label
