"""Rows for programs, a table for eyes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from quant import metric
from quant.explain import speed
from quant.records import Measurement
from quant.rows import json_line as json_line

_HEADINGS = ("recipe", "accuracy", "drop", "tells", "size", "speed", "latency", "integer", "n")
_PLACES = ("workload", "batch", "threads", "runtime", "machine")


def table(
    measurements: Sequence[Measurement],
    *,
    with_places: bool = False,
    rows: Sequence[Mapping[str, Any]] = (),
) -> str:
    """A line a point; `with_places` also says of which workload, timed how and where, and `rows`
    (see `quant.judged`) what each is to the budgets and beside the recommended one."""
    headings = tuple(metric.titled(_metric(measurements), heading) for heading in _HEADINGS)
    columns = [(*headings, *(("budgets", "beside the recommended") if rows else ()))]
    columns += [_cells(item) for item in measurements]
    if rows:
        columns[1:] = [(*a, *_judged(b)) for a, b in zip(columns[1:], rows, strict=True)]
    if not with_places and len({(item.batch, item.threads) for item in measurements}) > 1:
        timed = [("batch", "threads"), *((str(m.batch), str(m.threads)) for m in measurements)]
        columns = [(a[0], *b, *a[1:]) for a, b in zip(columns, timed, strict=True)]
    if any(item.executed_by for item in measurements):
        named = [("ran in", "FP32 in"), *((m.ran_in, m.fp32_ran_in) for m in measurements)]
        columns = [(*a, *b) for a, b in zip(columns, named, strict=True)]
    if with_places:
        places = [_PLACES, *map(_places, measurements)]
        columns = [(*a, *b) for a, b in zip(columns, places, strict=True)]
    return aligned(columns)


def _metric(measurements: Sequence[Measurement]) -> str:
    metrics = {item.metric for item in measurements}
    return metrics.pop() if len(metrics) == 1 else metric.ACCURACY


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
        _tells(item),
        f"{item.size_bytes / 1e6:.3f} MB",
        speed(item),
        f"{item.latency_ms:.3f} ms ({item.latency_low_ms:.3f} to {item.latency_high_ms:.3f})",
        f"{item.integer_mac_share:.0%}",
        f"{item.n:,}",
    )


def _tells(item: Measurement) -> str:
    """The smallest loss that these pictures tell in 8 of 10 cases."""
    from quant.certainty import detectable_drop, smallest  # with numpy, as below

    least = detectable_drop(item)
    return "" if least is None else smallest(least)


def _judged(row: Mapping[str, Any]) -> tuple[str, str]:
    from quant.certainty import would_tell  # with numpy, which light commands do without

    more = row["more_pictures"]
    verdict = row["verdict"] + (f" ({would_tell(more)})" if more else "")
    if row["recommended"]:
        return verdict, "the recommended"
    apart = row["beside_told_apart"]
    if apart is None:
        return verdict, "another calibration draw" if row["draws"] > 1 else ""
    return verdict, "told apart" if apart else "not told apart"


def _places(item: Measurement) -> tuple[str, ...]:
    timed = str(item.batch), str(item.threads)
    return item.workload, *timed, item.runtime, item.machine.label
