"""What a comparison says, in sentences that rest on the stored measurements alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan, nan

from quant import explain
from quant.compare.pair import GAINED, LOST, OTHER, Pair, pair
from quant.compare.sides import Side
from quant.errors import DataError
from quant.power import detectable
from quant.stats import LEVEL, Paired, holm


@dataclass(frozen=True, slots=True)
class Statement:
    """One point against the first. `paired` is None where they share no pictures, and `why_not`
    says so; `p_value` is after Holm's correction over all statements made together."""

    first: Side
    second: Side
    paired: Paired | None
    p_value: float
    comparisons: int
    differ: int = 0
    why_not: str = ""

    @property
    def told_apart(self) -> bool:
        return self.paired is not None and self.p_value <= LEVEL

    @property
    def detectable(self) -> float:
        """The smallest difference in accuracy that this comparison could have told; 1 if none."""
        if self.paired is None:
            return 1.0
        return detectable(
            self.paired.lost, self.paired.gained, self.paired.n, LEVEL / self.comparisons
        )


def statements(sides: Sequence[Side]) -> tuple[Statement, ...]:
    """Each other point against the first, tested on the pictures that both have."""
    first, others = sides[0], sides[1:]
    found: list[Pair | DataError] = []
    for other in others:
        try:
            found.append(pair(first, other))
        except DataError as exc:
            found.append(exc)
    raw = [one.accuracy.p_value if isinstance(one, Pair) else nan for one in found]
    tested = max(1, sum(isinstance(one, Pair) for one in found))
    return tuple(
        Statement(first, other, one.accuracy, float(p), tested, int(one.changed.sum()))
        if isinstance(one, Pair)
        else Statement(first, other, None, nan, tested, why_not=str(one))
        for other, one, p in zip(others, found, holm(raw), strict=True)
    )


def headline(said: Statement) -> str:
    """`B: w4a8·mse is 7.4× smaller and 2.6× faster than A: fp32; −0.2 pp (…) in accuracy, not
    told apart on 10,000 pictures.`"""
    size, speed = smaller(said.first, said.second), faster(said.first, said.second)
    parts = [part for part in (size, speed) if part]
    against = f"{said.second.name} against {said.first.name}: {', '.join(parts)}"
    if said.paired is None:
        return f"{against}. Accuracy: {_sentence(said.why_not)}"
    return f"{against}, {change(said.paired)} in accuracy, {verdict(said)}."


def verdict(said: Statement) -> str:
    """Whether the data tells the two apart."""
    if said.paired is None:
        return "not compared"
    on = f"on {said.paired.n:,} pictures"
    if not said.told_apart:
        return f"not told apart {on}"
    more = "more" if said.paired.drop < 0 else "less"
    return f"{more} accurate {on}"


def grounds(said: Statement) -> str:
    """For those who ask how sure it is."""
    if said.paired is None:
        return ""
    one = said.paired
    p = "p < 0.001" if said.p_value < 0.001 else f"p = {said.p_value:.3f}"
    corrected = (
        f", after Holm's correction for {said.comparisons} comparisons"
        if said.comparisons > 1
        else ""
    )
    return (
        f"Of {one.n:,} pictures, {said.differ:,} get another answer: {one.lost:,} {LOST}, "
        f"{one.gained:,} {GAINED}, {said.differ - one.lost - one.gained:,} are {OTHER}. "
        f"McNemar's exact test: {p}{corrected}. {could_have(said)}"
    )


def could_have(said: Statement) -> str:
    """The smallest difference that would have been seen, in a sentence."""
    if said.paired is None:
        return ""
    if said.detectable >= 1:
        return "So few pictures cannot tell any difference."
    return (
        f"A true difference of {_points(said.detectable)} pp or more would have been seen in 8 of "
        "10 such comparisons."
    )


def change(found: Paired) -> str:
    """The second's accuracy less the first's: `−0.2 pp (−0.5 to +0.1)`."""
    low, high = found.interval.low, found.interval.high
    digits = 2 if high - low < 0.002 else 1
    middle, least, most = (explain.points(-d, digits) for d in (found.drop, high, low))
    return f"{middle} pp ({least} to {most})"


def smaller(first: Side, second: Side) -> str:
    return explain.ratio(
        first.point.size_bytes, second.point.size_bytes, "smaller", "larger", "same size"
    )


def faster(first: Side, second: Side) -> str:
    """By latencies against FP32, which was timed beside each: what else the machine did then
    cancels out. Nothing where they were measured on different machines or runtimes."""
    one, other = first.point, second.point
    where, beside = (
        (p.machine.id, p.runtime, p.workload, p.batch, p.threads) for p in (one, other)
    )
    if where[:3] != beside[:3]:
        return "timed on another machine, runtime or network"
    if where != beside:
        return "timed at another batch or with other threads"
    (slow, slow_low, slow_high), (fast, fast_low, fast_high) = _relative(first), _relative(second)
    if slow_low <= fast_high and fast_low <= slow_high:
        return "not told apart in speed"
    return explain.ratio(slow, fast, "faster", "slower", "same speed")


def _relative(side: Side) -> tuple[float, float, float]:
    """Latency as a share of FP32's beside it, with the ends that both intervals allow."""
    point = side.point
    if point.recipe.is_fp32:
        return 1.0, 1.0, 1.0
    if not isnan((found := explain.latency_ratio(point))[1]):
        return found
    return (
        _share(point.latency_ms, point.fp32_latency_ms),
        _share(point.latency_low_ms, point.fp32_latency_high_ms),
        _share(point.latency_high_ms, point.fp32_latency_low_ms),
    )


def _share(value: float, whole: float) -> float:
    return value / whole if whole > 0 else nan


def _points(share: float) -> str:
    return f"{share * 100:.2g}"


def _sentence(text: str) -> str:
    text = text[:1].upper() + text[1:]
    return text if text.endswith(".") else f"{text}."
