"""Predicted and measured figures in words, so that no one takes the one for the other."""

from __future__ import annotations

from dataclasses import dataclass

from quant import explain, metric
from quant.allocate.predicted import Predicted
from quant.explain import ABSENT
from quant.point import Figures


@dataclass(frozen=True, slots=True)
class Figure:
    """One large number: what it is, how much, and against what."""

    name: str
    value: str
    note: str


@dataclass(frozen=True, slots=True)
class Base:
    """FP32 on the same ground; NaN where it was not measured there."""

    size_bytes: float
    latency_ms: float
    accuracy: float


def predicted(one: Predicted, base: Base, kind: str = metric.ACCURACY) -> tuple[Figure, ...]:
    """Size, accuracy and latency; each note begins with where 90 of 100 should lie."""
    return (_size(one, base), _loss(one, base, kind), _latency(one, base))


def measured(one: Figures) -> tuple[str, ...]:
    """The same of the file that was made, beside its prediction."""
    time = explain.latency(one.latency_ms, one.latency_low_ms, one.latency_high_ms)
    return (
        f"measured {explain.size(one.size_bytes)}",
        f"measured {explain.percent(one.accuracy)}, {explain.change(one)}",
        f"measured {time}, {explain.speed(one)}",
    )


def surprise(one: Predicted, found: Figures) -> str:
    """How far the measurement lies from what was predicted, in a sentence."""
    parts = [f"size {_off(found.size_bytes, one.size_bytes)}"]
    if one.drop is not None:
        inside = one.drop_low is not None and one.drop_low <= found.drop <= (one.drop_high or 0.0)
        where = "inside the band" if inside else "outside the band"
        parts.append(f"loss {explain.points(found.drop - one.drop)} pp, {where}")
    if one.latency_ms is not None:
        parts.append(f"latency {_off(found.latency_ms, one.latency_ms)}")
    return f"Measured against what the other points predict: {'; '.join(parts)}."


def told(one: Predicted) -> str:
    """For a mark on a chart: `0.712 MB, −0.2 pp, 0.24 ms`."""
    parts = [explain.size(one.size_bytes)]
    if one.drop is not None:
        parts.append(f"{explain.points(-one.drop)} pp")
    if one.latency_ms is not None:
        parts.append(explain.latency(one.latency_ms))
    return ", ".join(parts)


def _size(one: Predicted, base: Base) -> Figure:
    ends = max(one.size_low, 0.0), one.size_high
    low, high = (explain.size(end).removesuffix(" MB") for end in ends)
    against = explain.ratio(base.size_bytes, one.size_bytes, "smaller", "larger", "same size")
    note = f"{low} to {high} MB"
    return Figure("Size, predicted", explain.size(one.size_bytes), _and(note, against))


def _loss(one: Predicted, base: Base, kind: str) -> Figure:
    if one.drop is None or one.drop_low is None or one.drop_high is None:
        return Figure(metric.titled(kind, "Accuracy, predicted"), ABSENT, "measure a point first")
    low, high = explain.points(-one.drop_high), explain.points(-one.drop_low)
    change = f"{explain.points(-one.drop)} pp"
    value = explain.percent(base.accuracy - one.drop)
    if value == ABSENT:
        return Figure("Loss, predicted", change, f"{low} to {high} pp against FP32")
    return Figure(metric.titled(kind, "Accuracy, predicted"), value, f"{change} ({low} to {high})")


def _latency(one: Predicted, base: Base) -> Figure:
    if one.latency_ms is None or one.latency_low is None or one.latency_high is None:
        return Figure("Latency, predicted", ABSENT, "measure a point with 8-bit activations first")
    against = explain.ratio(base.latency_ms, one.latency_ms, "faster", "slower", "as fast")
    note = explain.latency_range(one.latency_low, one.latency_high)
    return Figure("Latency, predicted", explain.latency(one.latency_ms), _and(note, against))


def _and(note: str, against: str) -> str:
    return note if against == ABSENT else f"{note}, {against}"


def _off(found: float, expected: float) -> str:
    percent = 100 * (found / expected - 1)
    if abs(percent) < 0.05:
        return "as predicted"
    return f"{percent:+.1f} %".replace("-", explain.MINUS)
