"""Numbers as people read them, and what they say about one point. Minus is U+2212."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, isfinite, log10, nan

from quant.metric import is_agreement
from quant.point import Point
from quant.records import Measurement

MINUS = "\N{MINUS SIGN}"
TIMES = "\N{MULTIPLICATION SIGN}"
ABSENT = "\N{EM DASH}"
STEADY = 1.5  # times the lower end of its interval that the upper end of a latency may be
SAME = 0.005  # sizes this close, as a share, are called the same


def size(size_bytes: float) -> str:
    """Megabytes of a million bytes, three significant digits: `0.712 MB`."""
    return f"{_significant(size_bytes / 1e6, 3)} MB" if isfinite(size_bytes) else ABSENT


def latency(median_ms: float, low_ms: float | None = None, high_ms: float | None = None) -> str:
    """Milliseconds with at most three significant digits, and none finer than the interval."""
    if not isfinite(median_ms):
        return ABSENT
    digits = 3
    if low_ms is not None and high_ms is not None and low_ms < high_ms:
        digits = min(3, max(1, floor(log10(median_ms)) - floor(log10(high_ms - low_ms)) + 1))
    return f"{_significant(median_ms, digits)} ms"


def unsteady(measured: Measurement) -> str:
    """A sentence where the machine was too busy for the latency to mean much, else nothing."""
    again = "Measure it again when it is quiet."
    for note in measured.notes:
        if "busy" in note:
            return f"{note[:1].upper()}{note[1:]}. {again}"
    low, high = measured.latency_low_ms, measured.latency_high_ms
    if not (isfinite(high) and high > STEADY * low):
        return ""
    return (
        f"The machine was busy while this was timed: its latency lies between {low:.3g} and "
        f"{high:.3g} ms. {again}"
    )


def batch_of(count: int) -> str:
    """`one picture`, `a batch of 8`."""
    return "one picture" if count == 1 else f"a batch of {count}"


def latency_range(low_ms: float, high_ms: float) -> str:
    """`0.239 to 0.251 ms`."""
    if not (isfinite(low_ms) and isfinite(high_ms)):
        return ABSENT
    return f"{_significant(low_ms, 3)} to {_significant(high_ms, 3)} ms"


def percent(share: float) -> str:
    """`93.9 %`."""
    return f"{share * 100:.1f} %" if isfinite(share) else ABSENT


def share(part: float) -> str:
    """Of a whole, one digit below a tenth: `12 %`, `3.4 %`, `less than 0.1 %`."""
    if part >= 0.1:
        return f"{part * 100:.0f} %"
    return f"{part * 100:.1f} %" if part >= 0.001 or part <= 0 else "less than 0.1 %"


def percent_range(low: float, high: float) -> str:
    """`93.4 – 94.3`, in %."""
    return f"{low * 100:.1f} – {high * 100:.1f}" if isfinite(low) and isfinite(high) else ABSENT


def accuracy(measured: Point) -> str:
    """`93.9 % (93.4 – 94.3)`."""
    interval = percent_range(measured.accuracy_low, measured.accuracy_high)
    return f"{percent(measured.accuracy)} ({interval})"


def change(measured: Point) -> str:
    """Accuracy against FP32 on the same pictures, with its interval: `−0.2 pp (−0.5 to +0.1)`."""
    if not all(map(isfinite, (measured.drop, measured.drop_low, measured.drop_high))):
        return ABSENT
    digits = 2 if 0 < measured.drop_high - measured.drop_low < 0.002 else 1
    middle, low, high = (
        points(-drop, digits) for drop in (measured.drop, measured.drop_high, measured.drop_low)
    )
    return f"{middle} pp ({low} to {high})"


def points(difference: float, digits: int = 1) -> str:
    """Percentage points with a sign, `+0.3`; nothing is `0.0`."""
    text = f"{difference * 100:+.{digits}f}"
    if float(text) == 0:
        return text[1:]
    return text.replace("-", MINUS)


def decibels(value: float) -> str:
    """Signal to noise, `−3.7 dB`; infinite is `no noise`."""
    if not isfinite(value):
        return "no noise" if value > 0 else ABSENT
    return f"{value:.1f} dB".replace("-", MINUS)


def limit(share: float) -> str:
    """A loss budget: `0.5 pp`."""
    return f"{share * 100:g} pp"


def smaller(measured: Point) -> str:
    """Size against FP32: `7.4× smaller`, `1.3× larger`."""
    return ratio(measured.fp32_size_bytes, measured.size_bytes, "smaller", "larger", "same size")


def faster(measured: Point) -> str:
    """Latency against FP32 in the same run: `2.6× faster`, `1.3× slower`, or not told apart."""
    if not measured.recipe.is_fp32 and not latency_told_apart(measured):
        return "not told apart in speed"
    return ratio(1.0, latency_ratio(measured)[0], "faster", "slower", "same speed")


def speed(measured: Point) -> str:
    """The same as a figure of its own: where it is not told apart from FP32's, `1.02×`."""
    share = latency_ratio(measured)[0]
    if measured.recipe.is_fp32 or latency_told_apart(measured) or not isfinite(share):
        return faster(measured)
    return f"{1 / share:.2f}{TIMES}"


def speed_range(low: float | None, high: float | None) -> str:
    """Of a ratio of latencies, as times FP32's speed: `2.5 to 2.7`."""
    if low is None or high is None or not (isfinite(low) and isfinite(high) and low > 0):
        return ABSENT
    return f"{_significant(1 / high, 3)} to {_significant(1 / low, 3)}"


def latency_ratio(measured: Point) -> tuple[float, float, float]:
    """The file's share of FP32's latency with its interval, both from the same rounds.

    Measurements of older versions have the two latencies alone, so no interval.
    """
    found = (measured.latency_ratio, measured.latency_ratio_low, measured.latency_ratio_high)
    middle, low, high = (nan if value is None else value for value in found)
    if isfinite(middle):
        return middle, low, high
    usable = measured.fp32_latency_ms > 0
    return (measured.latency_ms / measured.fp32_latency_ms if usable else nan), nan, nan


def latency_told_apart(measured: Point) -> bool:
    """Whether the interval of the ratio excludes 1; without one, whether the two latency intervals
    are disjoint."""
    _, low, high = latency_ratio(measured)
    if isfinite(low) and isfinite(high):
        return high < 1 or low > 1
    return (
        measured.latency_high_ms < measured.fp32_latency_low_ms
        or measured.fp32_latency_high_ms < measured.latency_low_ms
    )


def told_apart(measured: Point) -> bool:
    """Whether the paired interval of the loss excludes zero."""
    return measured.drop_low > 0 or measured.drop_high < 0


def against_fp32(measured: Point, apart: bool | None = None) -> str:
    """What the comparison says, in words; the p-value belongs in a tooltip. `apart` is whether the
    two are told apart where more than their interval decides: see `quant.certainty`."""
    if measured.recipe.is_fp32:
        return "the baseline"
    if is_agreement(measured):
        return agreeing(measured)
    if not (told_apart(measured) if apart is None else apart):
        return f"not told apart from FP32 on {measured.n:,} pictures"
    if measured.drop < 0:
        return f"more accurate than FP32 on {measured.n:,} pictures"
    return f"less accurate than FP32 on {measured.n:,} pictures"


def agreeing(measured: Point) -> str:
    """Where FP32's answers stand for true ones: `another answer than FP32 on 31 of 1,000
    pictures`."""
    if not measured.flips:
        return f"the same answer as FP32 on all {measured.n:,} pictures"
    return f"another answer than FP32 on {measured.flips:,.0f} of {measured.n:,} pictures"


def p_value(measured: Measurement) -> str:
    """For a tooltip."""
    if is_agreement(measured):
        return f"There are no true labels: it gives {agreeing(measured)}."
    return (
        f"McNemar's exact test: {chance_of(measured.p_value)}. Of {measured.n:,} pictures, "
        f"{measured.lost:,} became wrong and {measured.gained:,} became right."
    )


def chance(measured: Measurement) -> str:
    """The p-value in words, for those who ask how sure it is."""
    if is_agreement(measured):
        return p_value(measured)
    p = measured.p_value
    often = "fewer than 1 of 1,000" if p < 0.001 else f"about {_in_a_hundred(p)}"
    return (
        f"{measured.lost:,} became wrong and {measured.gained:,} became right. If chance alone "
        f"decided which way, a split as uneven would come up in {often} such comparisons "
        f"(McNemar's exact test, {chance_of(p)})."
    )


def chance_of(p: float) -> str:
    """`p = 0.041`."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def listed(words: Sequence[str]) -> str:
    """`a, b and c`."""
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def _in_a_hundred(p: float) -> str:
    return f"{p * 1000:.0f} of 1,000" if p < 0.01 else f"{p * 100:.0f} of 100"


def duration(seconds: float | None) -> str:
    """`about 40 s`, `about 3 min`; rounded, because it is an estimate."""
    if seconds is None or not isfinite(seconds):
        return "time unknown"
    if seconds < 10:
        return f"about {max(1, round(seconds))} s"
    if seconds < 90:
        return f"about {round(seconds / 5) * 5} s"
    if seconds < 5400:
        return f"about {round(seconds / 60)} min"
    return f"about {seconds / 3600:.1f} h"


def ratio(baseline: float, value: float, less: str, more: str, same: str) -> str:
    if not (isfinite(baseline) and isfinite(value) and baseline > 0 and value > 0):
        return ABSENT
    ratio = max(baseline / value, value / baseline)
    if ratio < 1 + SAME:
        return same
    digits = 2 if ratio < 1.095 else 1 if ratio < 9.95 else 0
    return f"{ratio:.{digits}f}{TIMES} {less if baseline > value else more}"


def _significant(value: float, digits: int) -> str:
    """Decimal notation, rounded to so many significant digits; trailing zeros stay."""
    if value == 0:
        return "0"
    decimals = digits - 1 - floor(log10(abs(value)))
    rounded = round(value, decimals)
    decimals = digits - 1 - floor(log10(abs(rounded)))  # 9.996 grows a digit as it is rounded
    return f"{rounded:,.{max(0, decimals)}f}"
