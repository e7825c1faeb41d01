"""What is said of points beside what was measured of each: the same names on page and command line.

Figures are fractions of 1 and dB; what does not apply, or is not known, is None.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import isfinite
from typing import Any

from quant.beside import Compared, Right
from quant.budgets import USUAL, Budgets, Verdict, judge
from quant.certainty import VERDICTS, detectable_drop, pictures_missing
from quant.draws import Draws, Spread
from quant.records import Measurement
from quant.selection import MOST_ROWS, Selection


def row(
    point: Measurement,
    budgets: Budgets = USUAL,
    compared: Compared | None = None,
    draws: Draws | None = None,
    kept: Mapping[str, Measurement] | None = None,
) -> dict[str, Any]:
    """One flat object a point. `compared` and `draws` are those of all that it was shown among,
    and `kept` are its draws' measurements."""
    missing = pictures_missing(point, budgets)
    return point.to_row() | {
        "detectable_drop": detectable_drop(point),
        **{
            f"budget_{name}": getattr(budgets, name)
            for name in ("drop", "size_bytes", "latency_ms")
        },
        "verdict": VERDICTS[max(judge(point, budgets).values(), default=Verdict.MET)],
        "more_pictures": round(missing) if missing and isfinite(missing) else None,
        **_compared(point, compared or Compared()),
        **_drawn(draws, kept or {}),
    }


def rows(
    points: Iterable[Measurement], selection: Selection, budgets: Budgets, right: Right
) -> list[dict[str, Any]]:
    """One object a point of a selection, in the order given."""
    listed = list(points)
    compared = selection.compared(budgets, MOST_ROWS, right)
    draws = {name: one for one in selection.draws.values() for name in one.ids}
    kept = {point.id: point for point in listed}
    return [row(point, budgets, compared, draws.get(point.id), kept) for point in listed]


def _compared(point: Measurement, compared: Compared) -> dict[str, Any]:
    best, beside = compared.best, compared.beside.get(point.id)
    found = beside.paired if beside else None
    return {
        "p_value_holm": compared.against_fp32.get(point.id),
        "recommended": None if best is None else best.id == point.id,
        "beside_n": found and found.n,
        "beside_drop": found and found.drop,
        "beside_drop_low": found and found.interval.low,
        "beside_drop_high": found and found.interval.high,
        "beside_p_value": found and found.p_value,
        "beside_p_value_holm": beside and beside.p_value,
        "beside_detectable": beside and beside.detectable,
        "beside_told_apart": beside and beside.told_apart,
    }


def _drawn(draws: Draws | None, kept: Mapping[str, Measurement]) -> dict[str, Any]:
    accuracy = draws.accuracy if draws else None
    sqnr = draws.sqnr_db(kept) if draws else None
    return {
        "draws": len(draws) if draws else 1,
        **_spread("draws_accuracy", accuracy),
        **_spread("draws_sqnr_db", sqnr),
    }


def _spread(name: str, found: Spread | None) -> dict[str, float | None]:
    return {
        f"{name}_{part}": None if found is None else getattr(found, part)
        for part in ("mean", "sd", "low", "high")
    }
