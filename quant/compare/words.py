"""What a comparison says, in sentences that rest on the stored measurements alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan

from quant import explain
from quant.beside import Beside, together
from quant.certainty import smallest
from quant.compare.pair import AGREEING, GAINED, LOST, OTHER, Pair, pair
from quant.compare.sides import Side
from quant.errors import DataError
from quant.metric import ACCURACY, AGREEMENT, is_agreement, titled
from quant.records import Measurement
from quant.stats import Paired


@dataclass(frozen=True, slots=True)
class Statement:
    """One point against the first. `beside` is None where they share no pictures, and `why_not`
    says so. `differ` counts the pictures that get another answer, of `comparisons` statements that
    are tested together."""

    first: Side
    second: Side
    beside: Beside | None
    comparisons: int
    differ: int = 0
    why_not: str = ""

    @property
    def told_apart(self) -> bool:
        return self.beside is not None and self.beside.told_apart


def statements(sides: Sequence[Side]) -> tuple[Statement, ...]:
    """Each other point against the first, tested on the pictures that both have."""
    first, others = sides[0], sides[1:]
    pairs: dict[str, Pair] = {}
    why_not: dict[str, str] = {}
    for other in others:
        try:
            pairs[other.letter] = pair(first, other)
        except DataError as exc:
            why_not[other.letter] = str(exc)
    tested = together({letter: one.accuracy for letter, one in pairs.items()})
    return tuple(
        Statement(
            first,
            other,
            tested.get(other.letter),
            len(tested),
            int(pairs[other.letter].changed.sum()) if other.letter in pairs else 0,
            why_not.get(other.letter, ""),
        )
        for other in others
    )


def headline(said: Statement) -> str:
    """`B: w4a8·mse is 7.4× smaller and 2.6× faster than A: fp32; −0.2 pp (…) in accuracy, not
    told apart on 10,000 pictures.`"""
    size, speed = smaller(said.first, said.second), faster(said.first, said.second)
    parts = [part for part in (size, speed) if part]
    metric = said.first.point.metric
    against = f"{said.second.name} against {said.first.name}: {', '.join(parts)}"
    if said.beside is None:
        return f"{against}. {titled(metric, 'Accuracy')}: {_sentence(said.why_not)}"
    told = f"{change(said.beside.paired)} in {titled(metric, 'accuracy')}"
    return f"{against}, {told}, {verdict(said.beside, metric)}."


def verdict(found: Beside, metric: str = ACCURACY) -> str:
    """Whether the data tells the two apart."""
    on = f"on {found.paired.n:,} pictures"
    if not found.told_apart:
        return f"not told apart {on}"
    more = "more" if found.paired.drop < 0 else "less"
    return f"agrees {more} often {on}" if metric == AGREEMENT else f"{more} accurate {on}"


def grounds(said: Statement) -> str:
    """For those who ask how sure it is."""
    if said.beside is None:
        return ""
    plain = {LOST: LOST, GAINED: GAINED, OTHER: f"are {OTHER}"}
    ways = AGREEING if is_agreement(said.first.point) else plain
    one, p_value = said.beside.paired, said.beside.p_value
    p = "p < 0.001" if p_value < 0.001 else f"p = {p_value:.3f}"
    corrected = (
        f", after Holm's correction for {said.comparisons} comparisons"
        if said.comparisons > 1
        else ""
    )
    return (
        f"Of {one.n:,} pictures, {said.differ:,} get another answer: {one.lost:,} {ways[LOST]}, "
        f"{one.gained:,} {ways[GAINED]}, {said.differ - one.lost - one.gained:,} {ways[OTHER]}. "
        f"McNemar's exact test: {p}{corrected}. {could_have(said.beside)}"
    )


def could_have(found: Beside) -> str:
    """The smallest difference that would have been seen, in a sentence."""
    if found.detectable >= 1:
        return "So few pictures cannot tell any difference."
    return (
        f"A true difference of {smallest(found.detectable)} or more would have been seen in 8 of "
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
    (slow, slow_low, slow_high), (fast, fast_low, fast_high) = map(_of_fp32, (one, other))
    if slow_low <= fast_high and fast_low <= slow_high:
        return "not told apart in speed"
    return explain.ratio(slow, fast, "faster", "slower", "same speed")


def _of_fp32(point: Measurement) -> tuple[float, float, float]:
    """The share of FP32's latency with its interval; of measurements that have none, the ends that
    both latencies' intervals allow."""
    middle, low, high = explain.latency_ratio(point)
    if isnan(low) and point.recipe.is_fp32:
        return 1.0, 1.0, 1.0
    if isnan(low) and point.fp32_latency_low_ms > 0:
        low = point.latency_low_ms / point.fp32_latency_high_ms
        high = point.latency_high_ms / point.fp32_latency_low_ms
    return middle, low, high


def _sentence(text: str) -> str:
    text = text[:1].upper() + text[1:]
    return text if text.endswith(".") else f"{text}."
