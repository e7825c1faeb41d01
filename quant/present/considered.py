"""What else was considered, and why it is not the answer."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

import numpy as np

from quant import advice, certainty, explain
from quant.beside import Compared
from quant.budgets import Verdict, judge, verdicts
from quant.metric import is_agreement
from quant.metric import named as called
from quant.point import Figures
from quant.points import Points
from quant.present.answer import AS_GOOD, AS_SURE, Answer
from quant.present.asked import ACCURACY, SIZE, SPEED, Asked
from quant.present.named import named
from quant.present.words import more_pictures, room_of

SMALLER_BY = 0.99  # of the answer's size, or less, is called smaller


@dataclass(frozen=True, slots=True)
class Other:
    """A file that is not the answer; `why_not` is a sentence."""

    point: Figures
    role: str
    why_not: str


def considered(
    points: Points, found: Answer, asked: Asked, compared: Compared | None = None
) -> tuple[Other, ...]:
    """FP32, the smallest, the fastest and the most accurate, and the next smaller one; of each
    file once."""
    listed: dict[str, Other] = {}
    for role, point in _notable(points, found, asked):
        if (found.point is None or point.id != found.point.id) and point.id not in listed:
            listed[point.id] = Other(point, role, why_not(point, found, asked, compared))
    return tuple(listed.values())


def why_not(point: Figures, found: Answer, asked: Asked, compared: Compared | None = None) -> str:
    """In a sentence: outside a limit, undecided, or within all and yet not the best."""
    judged = judge(point, asked.limits)
    missed = [name for name, one in judged.items() if one is Verdict.NOT_MET]
    if missed:
        said = "; ".join(_over(point, name, asked) for name in missed)
        return f"{said[0].upper()}{said[1:]}."
    if Verdict.UNDECIDED in judged.values():
        lose = "differ from FP32 on" if is_agreement(point) else "lose"
        may = f"It may {lose} more than {explain.limit(asked.limits.drop or 0)}"
        known = isfinite(point.drop_high)
        ends = f": {explain.change(point)} on {point.n:,} pictures." if known else "."
        return may + ends + more_pictures(point, asked)
    best = found.point
    if best is None:
        return advice.verdict_of(point, asked.limits)
    return _behind(point, best, asked.matters, compared)


def _notable(points: Points, found: Answer, asked: Asked) -> list[tuple[str, Figures]]:
    if not len(points):
        return []
    rows: list[tuple[str, int]] = []
    baseline = np.flatnonzero(points.is_fp32)
    if len(baseline):
        rows.append(("as it came", int(baseline[0])))
    quantised = np.flatnonzero(~points.is_fp32)
    if len(quantised):
        if found.point is not None:
            smaller = quantised[points.size_bytes[quantised] < SMALLER_BY * found.point.size_bytes]
            if len(smaller):
                worst = verdicts(points, asked.limits)[smaller]
                order = np.lexsort((-points.size_bytes[smaller], worst))
                rows.append(("the next smaller", int(smaller[order[0]])))
        for role, column in (
            ("the smallest", points.size_bytes),
            ("the fastest", points.latency_ratio),
            ("the most accurate", -points.accuracy),
        ):
            values = np.where(np.isfinite(column[quantised]), column[quantised], np.inf)
            if np.isfinite(values).any():
                rows.append((role, int(quantised[np.argmin(values)])))
    figures = points.figures([row for _, row in rows])
    return [(role, one) for (role, _), one in zip(rows, figures, strict=True)]


def _over(point: Figures, name: str, asked: Asked) -> str:
    limit = asked.limits.limits[name]
    if name == "size_bytes":
        room = f"{name_of} has room for" if (name_of := room_of(asked)) else "the limit is"
        return f"it takes {explain.size(point.size_bytes)}, and {room} {explain.size(limit)}"
    if name == "latency_ms":
        return f"it takes {explain.latency(point.latency_ms)} here, and the limit is {limit:g} ms"
    what = "differs from FP32 on" if is_agreement(point) else "loses"
    return (
        f"it {what} more than {explain.limit(limit)}: {explain.change(point)} on "
        f"{point.n:,} pictures"
    )


def _behind(point: Figures, best: Figures, matters: str, compared: Compared | None) -> str:
    if point.recipe.is_fp32:
        much = explain.ratio(point.size_bytes, best.size_bytes, "larger", "smaller", "as large")
        return f"It is {much}, and {named(best.recipe).lower()} stays within the limits."
    told = ""
    if compared is not None and compared.best and compared.best.id == best.id:
        beside = compared.beside.get(point.id)
        if beside is not None:
            told = f" In {called(point)} it is {certainty.beside(beside, 'the answer')}."
    return f"It stays within the limits too, {_but(point, best, matters)}.{told}"


def _but(point: Figures, best: Figures, matters: str) -> str:
    larger = explain.ratio(best.size_bytes, point.size_bytes, "smaller", "larger", "as large")
    slower = explain.ratio(
        explain.latency_ratio(best)[0], explain.latency_ratio(point)[0],
        "faster", "slower", "as fast",
    )  # fmt: skip
    behind = {
        ACCURACY: point.drop_high > best.drop_high + AS_SURE,
        SPEED: slower.endswith("slower"),
        SIZE: point.size_bytes > AS_GOOD * best.size_bytes,
    }
    words = {
        ACCURACY: f"may lose up to {_points(point.drop_high)}, the answer "
        f"{_points(best.drop_high)}",
        SPEED: f"is {slower}",
        SIZE: f"is {larger}",
    }
    for name in dict.fromkeys((matters, SIZE, SPEED, ACCURACY)):
        if behind.get(name):
            return f"but {words[name]}"
    return "and nothing that was asked for sets it apart"


def _points(share: float) -> str:
    return f"{explain.points(max(share, 0.0), 2).lstrip('+')} pp"
