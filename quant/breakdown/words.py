"""A point's account in sentences: where its time goes, what got slower, how far from the limit."""

from __future__ import annotations

from quant import explain
from quant.breakdown.causes import Cause, clips, floats, other_conversions
from quant.breakdown.lines import CALL, Line, lines, of_kind
from quant.breakdown.record import INTEGER, LAYOUT, LEVELS, Breakdown, Timed
from quant.recipe import FLOAT as IN_FLOAT

TOLD = 0.01  # of the latency: what takes less is not worth a sentence
SLOWER = 0.002  # ms that a layer must lose, and a tenth of its time, to be called slower
MOST_NAMED = 3
OFF = 0.1  # of the latency: by so much may the account's differ from the point's, untold


def verdict(found: Breakdown) -> str:
    """`w8a8 takes 0.159 ms where FP32 takes 0.497 ms beside it: 3.1× faster.`"""
    now, before = found.given.latency_ms, found.fp32.latency_ms
    if found.recipe.is_fp32:
        return f"FP32 takes {explain.latency(now)}."
    ratio = max(now / before, before / now)
    how = "faster" if now < before else "slower"
    told = "as fast" if ratio < 1.03 else f"{ratio:.1f}{explain.TIMES} {how}"
    return (
        f"**{found.recipe.label}** takes {explain.latency(now)} where FP32 takes "
        f"{explain.latency(before)} beside it: {told}."
    )


def time_words(found: Breakdown) -> list[str]:
    """Where the time goes, the largest causes first. The first sentence is the verdict."""
    said = [verdict(found), _kinds(found)]
    if not found.recipe.is_fp32:
        said += [_cause(found, cause) for cause in floats(found) if _counts(found, cause.whole_ms)]
        said += [_others(found), _clips(found), _slower(found)]
    return list(filter(None, [*said, _most(found)]))


def limit_words(found: Breakdown) -> list[str]:
    """How far from this machine's peaks, what its instruction set lacks."""
    return list(filter(None, [_limit(found), _farthest(found), instruction_set(found)]))


def account_words(
    found: Breakdown, latency_ms: float | None = None, timing: tuple[int, int] | None = None
) -> str:
    """How the account was made, and what it sums to. `latency_ms` is the point's own,
    `timing` its batch and threads."""
    given = found.given
    said = (
        f"The lines add up to {explain.latency(given.sum_ms)}; the median of {given.runs:,} runs "
        f"without the profiler, in turns with the profiled ones, is "
        f"{explain.latency(given.latency_ms)}. {_profiler(given)}"
    )
    if timing is not None and timing != (1, found.threads):
        many = "1 thread" if found.threads == 1 else f"{found.threads} threads"
        said += f" The account is of batch 1 on {many}."
    elif latency_ms is not None and abs(latency_ms / given.latency_ms - 1) > OFF:
        said += (
            f" When the point was measured it took {explain.latency(latency_ms)}: the machine was "
            "more, or less, busy then. Shares are what counts."
        )
    return said


def peaks_words(found: Breakdown) -> str:
    """How the peaks were measured."""
    peaks = found.peaks
    best_float = max(peaks.float_tries, key=lambda one: one.giga_per_second)
    best_integer = max(peaks.integer_tries, key=lambda one: one.giga_per_second)
    copies = explain.listed(
        [f"{speed:.0f} GB/s for {size / 1e6:.3g} MB" for size, speed in peaks.copies]
    )
    threads = "1 thread" if peaks.threads == 1 else f"{peaks.threads} threads"
    return (
        f"Measured with {threads} on {peaks.measured_at[:10]}: the quickest run of each of "
        f"{len(peaks.float_tries)} kernels of {found.runtime} in float and "
        f"{len(peaks.integer_tries)} in 8 bits. The best are {peaks.float_gmacs:.0f} · 10⁹ "
        f"multiply-adds a second in float ({best_float.what}) and {peaks.integer_gmacs:.0f} · 10⁹ "
        f"in 8 bits ({best_integer.what}). Copying reads and writes {copies}; the size nearest to "
        "what one run touches counts, since small networks live in caches."
    )


def instruction_set(found: Breakdown) -> str:
    """What the processor has, or lacks, for 8-bit products, and what that gave."""
    sets = set(found.machine.instruction_sets)
    ratio = found.peaks.integer_gmacs / found.peaks.float_gmacs
    gave = f"the 8-bit peak is {ratio:.1f}{explain.TIMES} the float peak here"
    if sets & {"amx_int8"}:
        return f"The processor has AMX tiles for 8-bit products; {gave}."
    if sets & {"avx512_vnni", "avx_vnni"}:
        return f"The processor has VNNI, one instruction for four 8-bit products; {gave}."
    if sets & {"i8mm"}:
        return f"The processor has i8mm, 8-bit matrix products; {gave}."
    if sets & {"asimddp"}:
        return f"The processor has 8-bit dot products but no i8mm matrix products; {gave}."
    if sets & {"avx2", "avx512f"}:
        return (
            f"The processor lacks VNNI: an 8-bit multiply-add takes three instructions, so {gave}."
        )
    return f"The processor tells of no instructions for 8-bit products; {gave}."


def of_whole(ms: float, whole_ms: float) -> str:
    """`0.4 of 1.4 ms`: the part no finer than the whole."""
    part, whole = explain.latency(ms), explain.latency(whole_ms)
    decimals = len(whole.split()[0].partition(".")[2])
    return f"{ms:.{decimals}f} of {whole}" if decimals else f"{part} of {whole}"


def _counts(found: Breakdown, ms: float) -> bool:
    return ms >= TOLD * found.given.latency_ms


def _kinds(found: Breakdown) -> str:
    whole, operations = found.given.latency_ms, found.given.operations
    if found.recipe.is_fp32:
        return ""
    parts = (
        ("integer kernels", of_kind(operations, INTEGER)),
        ("float operations", sum(cause.ms for cause in floats(found))),
        (
            "conversions",
            sum(cause.conversions_ms for cause in floats(found)) + other_conversions(found).ms,
        ),
        ("clips to narrow widths", clips(found).ms),
        ("moving values about", of_kind(operations, LAYOUT)),
        ("the call itself", found.given.call_ms),
    )
    told = [f"{name} {ms / whole:.0%}".replace("%", " %") for name, ms in parts if ms > 0]
    return f"Of its time: {explain.listed(told)}."


def _cause(found: Breakdown, cause: Cause) -> str:
    whole = of_whole(cause.whole_ms, found.given.latency_ms)
    many = f"{cause.count} {cause.op}" if cause.count > 1 else f"one {cause.op}"
    around = (
        "no conversion"
        if not cause.conversions
        else "1 conversion"
        if cause.conversions == 1
        else f"{cause.conversions} conversions"
    )
    if found.recipe.least_activations == IN_FLOAT:
        return f"{cause.op} runs in float, as asked: {cause.count} of them, {whole}."
    if cause.has_kernel:
        return f"{cause.op} stays in float in {cause.count} places: {around} around, {whole}."
    return f"{cause.op} has no 8-bit kernel here: {many}, {around} around, {whole}."


def _others(found: Breakdown) -> str:
    rest = other_conversions(found)
    if not _counts(found, rest.ms):
        return ""
    levels = any(one.serves == LEVELS for one in found.given.operations)
    what = (
        "Levels are computed in float" if levels else "The picture and other values are converted"
    )
    places = "one operation" if rest.count == 1 else f"{rest.count} operations"
    return f"{what}: {places}, {of_whole(rest.ms, found.given.latency_ms)}."


def _clips(found: Breakdown) -> str:
    narrow = clips(found)
    if not _counts(found, narrow.ms):
        return ""
    return (
        f"{narrow.count} Clips keep activations within {_bits(found)} bits: "
        f"{of_whole(narrow.ms, found.given.latency_ms)}."
    )


def _bits(found: Breakdown) -> str:
    return str(found.recipe.common_activations or f"{found.recipe.least_activations} and more")


def slower(found: Breakdown) -> list[Line]:
    """Layers that take longer than in FP32, the worst first."""
    each = [
        line
        for line in lines(found)
        if line.macs and line.slower_ms > max(SLOWER, 0.1 * line.fp32_ms)
    ]
    return sorted(each, key=lambda line: -line.slower_ms)


def _slower(found: Breakdown) -> str:
    worse = slower(found)
    if not worse:
        return "No layer takes longer than in FP32."
    named = [
        f"{line.layer} ({explain.latency(line.ms)} instead of {explain.latency(line.fp32_ms)})"
        for line in worse[:MOST_NAMED]
    ]
    more = f" and {len(worse) - MOST_NAMED} more" if len(worse) > MOST_NAMED else ""
    total = explain.latency(sum(line.slower_ms for line in worse))
    return f"Slower than in FP32: {explain.listed(named)}{more}; {total} in all."


def _most(found: Breakdown) -> str:
    """The layers that take the most."""
    order = sorted(lines(found), key=lambda line: -line.ms)[:MOST_NAMED]
    named = [
        f"{line.layer} ({line.ms / found.given.latency_ms:.0%})".replace("%", " %")
        for line in order
        if line.layer != CALL
    ]
    return f"The most time goes to {explain.listed(named)}." if named else ""


def _limit(found: Breakdown) -> str:
    least = sum(line.limit_ms or 0.0 for line in lines(found))
    if not least:
        return ""
    return (
        f"At this machine's peaks the layers would take {explain.latency(least)} at best: the "
        f"file reaches {least / found.given.latency_ms:.0%} of that limit.".replace("%", " %")
    )


def _farthest(found: Breakdown) -> str:
    each = [
        line
        for line in lines(found)
        if line.limit_ms and line.ms >= 5 * TOLD * found.given.latency_ms and line.macs
    ]
    if not each:
        return ""
    worst = max(each, key=lambda line: line.ms - (line.limit_ms or 0.0))
    share = (worst.limit_ms or 0.0) / worst.ms
    return (
        f"Most is lost at {worst.layer}: {explain.latency(worst.ms)}, at {share:.0%} of its "
        "limit.".replace("%", " %")
    )


def _profiler(timed: Timed) -> str:
    return (
        f"The profiler itself costs {timed.profiler_us:.1f} µs an operation, measured on chains of "
        f"operations that do nothing, and is taken off; what was left came to "
        f"{timed.before_scaling:.0%} of the latency and is scaled to it.".replace("%", " %")
    )
