"""A breakdown for programs: one JSON object, or a line of CSV a layer, with the same figures."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from quant.breakdown.lines import lines
from quant.breakdown.loss import OfClass, class_words, loss_words
from quant.breakdown.record import Breakdown
from quant.breakdown.suggest import advice, in_words, nothing
from quant.breakdown.words import account_words, limit_words, peaks_words, time_words
from quant.metric import ACCURACY
from quant.point import Point
from quant.rows import json_line


def to_row(
    found: Breakdown,
    points: Iterable[Point] = (),
    by_class: Sequence[OfClass] = (),
    of: Point | None = None,
) -> dict[str, Any]:
    """Everything that the page shows, as `explain --json` prints it."""
    given = advice(found, points)
    origin = found.to_dict()["origin"]
    return {
        "workload": found.workload,
        "recipe": found.recipe.id,
        "label": found.recipe.label,
        "weights_bits": found.recipe.common_weights or None,
        "activation_bits": found.recipe.common_activations or None,
        "method": found.recipe.method,
        "runtime": found.runtime,
        "machine": found.machine.label,
        "machine_id": found.machine.id,
        "threads": found.threads,
        "made_at": found.made_at,
        "latency_ms": found.given.latency_ms,
        "fp32_latency_ms": found.fp32.latency_ms,
        "account_ms": sum(line.ms for line in lines(found)),
        "fp32_account_ms": sum(line.fp32_ms for line in lines(found)),
        "profiler_us": found.given.profiler_us,
        "trial_ms": found.trial_ms,
        "before_scaling": found.given.before_scaling,
        "fp32_before_scaling": found.fp32.before_scaling,
        "float_gmacs": found.peaks.float_gmacs,
        "integer_gmacs": found.peaks.integer_gmacs,
        "copies_gbs": {str(size): speed for size, speed in found.peaks.copies},
        "layers": [line.to_row() for line in lines(found)],
        "suggestions": [
            {
                "recipe": one.recipe.id,
                "label": one.recipe.label,
                "expected_ms": one.expected_ms,
                "measured_ms": one.measured_ms,
                "why": one.why,
            }
            for one in given.suggestions
        ],
        "origin": origin,
        "classes": [
            {"class": one.name, "n": one.n, "lost": one.lost, "gained": one.gained}
            for one in by_class
        ],
        "words": plain(sentences(found, points, by_class, of)),
    }


def sentences(
    found: Breakdown,
    points: Iterable[Point] = (),
    by_class: Sequence[OfClass] = (),
    of: Point | None = None,
) -> list[str]:
    """All that the page says of the point `of`, in its order."""
    given = advice(found, points)
    what_next = [in_words(one, found) for one in given.suggestions[:1]] or [
        nothing(found, given.refuted)
    ]
    metric = ACCURACY if of is None else of.metric
    lost = loss_words(found, metric)
    if found.origin is not None:
        lost.append(class_words(by_class, metric))
    account = (
        account_words(found)
        if of is None
        else account_words(found, of.latency_ms, (of.batch, of.threads))
    )
    return [
        *time_words(found), *what_next, *limit_words(found), *lost, account, peaks_words(found),
    ]  # fmt: skip


def plain(said: Iterable[str]) -> list[str]:
    """Without marks of Markdown."""
    return [one.replace("**", "") for one in said]


def json_text(row: dict[str, Any]) -> str:
    return f"{json_line(row)}\n"


def csv_text(found: Breakdown) -> str:
    """A heading and a line a layer."""
    rows = [line.to_row() for line in lines(found)]
    written = io.StringIO()
    sheet = csv.DictWriter(written, list(rows[0]), lineterminator="\n")
    sheet.writeheader()
    sheet.writerows(rows)
    return written.getvalue()
