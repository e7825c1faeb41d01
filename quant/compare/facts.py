"""Facts as rows, points as columns; and which rows are the same in all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from quant import explain
from quant.metric import is_agreement
from quant.ran_in import ran_in
from quant.records import Measurement
from quant.timing import in_threads


class Fact(NamedTuple):
    """One row: a name, and a cell for each point. `minor` ones are read last."""

    name: str
    cells: tuple[str, ...]
    minor: bool = False

    @property
    def differs(self) -> bool:
        return len(set(self.cells)) > 1


def facts(points: Sequence[Measurement]) -> tuple[Fact, ...]:
    """All rows in the order in which they are read; those that say nothing of any are left out."""
    rows = (
        Fact(name, tuple(tell(point) for point in points), minor)
        for minor, told in ((False, _MAIN), (True, _MINOR))
        for name, tell in told
    )
    return tuple(row for row in rows if any(row.cells))


def folded(rows: Iterable[Fact]) -> tuple[tuple[Fact, ...], tuple[Fact, ...]]:
    """The rows that differ, and those that are the same in all points."""
    listed = tuple(rows)
    return tuple(r for r in listed if r.differs), tuple(r for r in listed if not r.differs)


def _size(point: Measurement) -> str:
    return _beside(explain.size(point.size_bytes), point, explain.smaller)


def _latency(point: Measurement) -> str:
    interval = explain.latency_range(point.latency_low_ms, point.latency_high_ms)
    middle = explain.latency(point.latency_ms, point.latency_low_ms, point.latency_high_ms)
    return _beside(f"{middle} ({interval})", point, explain.faster)


def _beside(figure: str, point: Measurement, against: Callable[[Measurement], str]) -> str:
    return figure if point.recipe.is_fp32 else f"{figure}, {against(point)}"


def _weights(point: Measurement) -> str:
    if point.recipe.weights == 32 and not point.recipe.is_mixed:
        return "float32"
    width = point.recipe.common_weights
    bits = f"{width} bits" if width else "widths by layer"
    return f"{bits}, {point.effective_weight_bits:.3g} with scales"


def _activations(point: Measurement) -> str:
    if point.recipe.least_activations == 32:
        return "float32"
    mean = f"{point.effective_activation_bits:.3g}"
    bits = f"{point.recipe.common_activations}"
    if not point.recipe.common_activations:
        return f"widths by layer, {mean} bits on average"
    return f"{bits} bits" if mean == bits else f"{bits} bits, {mean} on average"


def _rounding(point: Measurement) -> str:
    return point.recipe.method if point.recipe.least_weights < 16 else "none"


def _ranges(point: Measurement) -> str:
    return point.recipe.ranges if point.recipe.least_activations < 32 else "none"


def _calibration(point: Measurement) -> str:
    if not point.recipe.uses_pictures:
        return "none"
    return f"{point.recipe.calibration_images:,} pictures, seed {point.recipe.seed}"


def _against_fp32(tell: Callable[[Measurement], str]) -> Callable[[Measurement], str]:
    return lambda point: "the baseline" if point.recipe.is_fp32 else tell(point)


def _changed(point: Measurement) -> str:
    if is_agreement(point):
        return f"{explain.percent(point.flips / point.n)}: {point.flips:,}"
    return (
        f"{explain.percent(point.flips / point.n)}: {point.lost:,} became wrong, "
        f"{point.gained:,} right"
    )


def _sqnr(point: Measurement) -> str:
    return "" if point.sqnr_db is None else explain.decibels(point.sqnr_db)


def _fp32_latency(point: Measurement) -> str:
    return explain.latency(
        point.fp32_latency_ms, point.fp32_latency_low_ms, point.fp32_latency_high_ms
    )


def _kernels(point: Measurement) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(point.kernels.items()))


def _kept(point: Measurement) -> str:
    if not point.outcomes:
        return ""
    return f"{sum(bool(one.kept) for one in point.outcomes)} of {len(point.outcomes)}"


_MAIN: tuple[tuple[str, Callable[[Measurement], str]], ...] = (
    ("Model", lambda p: p.workload),
    ("Accuracy", lambda p: "" if is_agreement(p) else explain.accuracy(p)),
    ("Agreement with FP32", lambda p: explain.accuracy(p) if is_agreement(p) else ""),
    ("Against FP32", _against_fp32(explain.change)),
    ("Answers other than FP32's", _against_fp32(_changed)),
    ("Logits, signal to noise", _against_fp32(_sqnr)),
    ("Size", _size),
    ("Latency", _latency),
    ("Weights", _weights),
    ("Activations", _activations),
    ("Rounding", _rounding),
    ("Ranges", _ranges),
    ("Multiply-adds in integers", lambda p: explain.percent(p.integer_mac_share)),
    ("Pictures", lambda p: f"{p.n:,} counted; {p.data}"),
    ("Machine", lambda p: p.machine.label),
    ("Runtime", ran_in),
)
_MINOR: tuple[tuple[str, Callable[[Measurement], str]], ...] = (
    ("True class among five", lambda p: "" if is_agreement(p) else explain.percent(p.top5)),
    ("FP32's answer among five", lambda p: explain.percent(p.top5) if is_agreement(p) else ""),
    ("FP32's latency beside it", _fp32_latency),
    ("Calibration", _calibration),
    ("Kernels", _kernels),
    ("Layers in float for want of a kernel", _kept),
    ("Timed at", lambda p: f"batch {p.batch}, {in_threads(p.threads)}"),
    ("Runs from runtime", lambda p: p.oldest_runtime),
    ("Runs timed", lambda p: f"{p.latency_runs:,}"),
    ("Time to make", lambda p: f"{p.quantize_seconds:.1f} s"),
    ("Time to measure", lambda p: f"{p.evaluate_seconds:.1f} s"),
    ("Measured", lambda p: f"{p.measured_at[:16].replace('T', ' ')} UTC"),
    ("Versions", lambda p: ", ".join(f"{n} {v}" for n, v in p.versions.items())),
    ("Notes", lambda p: "; ".join(p.notes)),
    ("File, SHA-256", lambda p: p.artifact_sha256[:12]),
)
