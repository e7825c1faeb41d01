"""What to try next, with what it should give, or that nothing would be faster."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from models.workload import known as workload
from quant import explain
from quant.breakdown.causes import HAS_KERNEL, clips
from quant.breakdown.lines import lines
from quant.breakdown.record import FLOAT, Breakdown
from quant.point import Point
from quant.recipe import FLOAT as IN_FLOAT
from quant.recipe import MIXED, Recipe

WORTH = 0.95  # of the latency: what is expected to take more is not suggested
REACHED = 0.6  # of the ratio of the peaks that layers of networks reach; an approximation
WIDE = 8


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A recipe that should be faster. `measured_ms` is what it took beside FP32, brought to this
    account's FP32, or None where it was not measured here."""

    recipe: Recipe
    why: str
    expected_ms: float
    measured_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Advice:
    """The suggestions, most promising first, and what was measured and is not faster."""

    suggestions: tuple[Suggestion, ...]
    refuted: tuple[Suggestion, ...]


def advice(found: Breakdown, points: Iterable[Point] = ()) -> Advice:
    """What could be faster by the account, corrected by what was measured here.

    Args:
        points: of the same workload; those of other machines and runtimes are left aside.
    """
    known = _measured(found, points)
    now = found.given.latency_ms
    kept, refuted = [], []
    for one in _candidates(found):
        told = replace(one, measured_ms=known.get(_width(one.recipe)))
        if told.measured_ms is not None and told.measured_ms > WORTH * now:
            refuted.append(told)
        elif told.measured_ms is not None or told.expected_ms <= WORTH * now:
            kept.append(told)
    return Advice(tuple(sorted(kept, key=_promise)), tuple(refuted))


def in_words(one: Suggestion, found: Breakdown) -> str:
    """`w8a32 should take about 1.1 ms instead of 1.4 ms: …`, and what it really took."""
    now = explain.latency(found.given.latency_ms)
    said = (
        f"**{one.recipe.label}** should take about {explain.latency(one.expected_ms)} instead of "
        f"{now}: {one.why}."
    )
    if one.measured_ms is None:
        return said
    really = "faster" if one.measured_ms <= WORTH * found.given.latency_ms else "not faster"
    return f"{said} Measured, it took {explain.latency(one.measured_ms)}: {really}."


def nothing(found: Breakdown, refuted: Iterable[Suggestion]) -> str:
    """Why there is no suggestion."""
    tried = [
        f"{one.recipe.label} was measured and takes {explain.latency(one.measured_ms or 0.0)}"
        for one in refuted
    ]
    known = f" ({'; '.join(tried)})" if tried else ""
    return (
        "No other width or method should make this file faster on this machine"
        f"{known}: {_reason(found)}."
    )


def _reason(found: Breakdown) -> str:
    if found.recipe.least_activations == IN_FLOAT and found.trial_ms is not None:
        return f"a file of 8 bits was tried and takes {explain.latency(found.trial_ms)}"
    if found.recipe.least_activations == IN_FLOAT:
        return (
            "its 8-bit kernels would not make up for the conversions, at peaks of "
            f"{found.peaks.integer_gmacs:.0f} and {found.peaks.float_gmacs:.0f} · 10⁹ "
            "multiply-adds a second in 8 bits and in float"
        )
    return (
        "its layers run on 8-bit kernels already, weights of all widths are 8-bit codes once they "
        "are loaded, and rounding changes values, not kernels"
    )


def _candidates(found: Breakdown) -> list[Suggestion]:
    recipe, fp32, now = found.recipe, found.fp32.latency_ms, found.given.latency_ms
    made: list[Suggestion] = []
    narrow = clips(found)
    if recipe.least_activations < WIDE and narrow.count:
        why = (
            f"with 8-bit activations the {narrow.count} Clips to {_narrow(recipe)} bits go, "
            f"which take {explain.latency(narrow.ms)}"
        )
        made.append(
            Suggestion(
                _with(recipe, activations=lambda width: max(width, WIDE)), why, now - narrow.ms
            )
        )
    if recipe.least_activations < IN_FLOAT and recipe.least_weights < IN_FLOAT:
        why = "weights alone narrow, the file computes as FP32 does, which is faster here"
        made.append(Suggestion(_with(recipe, activations=lambda _: IN_FLOAT), why, fp32))
    if recipe.least_activations == IN_FLOAT or recipe.most_weights > WIDE:
        integer = _with(recipe, lambda width: min(width, WIDE), lambda _: WIDE)
        given = workload(found.workload)
        if given is not None and not recipe.uses_pictures:
            integer = replace(integer, calibration_images=given.calibration_images)
        expected = _in_integers(found) if found.trial_ms is None else found.trial_ms
        ratio = found.peaks.integer_gmacs / found.peaks.float_gmacs
        why = f"layers run on 8-bit kernels, whose peak here is {ratio:.1f} times that in float"
        if found.trial_ms is not None:
            why += ", and a file of 8 bits, rounded to the nearest, took as long when it was tried"
        made.append(Suggestion(integer, why, expected))
    return made


def _same(width: int) -> int:
    return width


def _with(
    recipe: Recipe,
    weights: Callable[[int], int] = _same,
    activations: Callable[[int], int] = _same,
) -> Recipe:
    """The recipe with every layer's widths changed."""
    return replace(
        recipe,
        weights=weights(recipe.weights),
        activations=activations(recipe.activations),
        layers=tuple((name, weights(w), activations(a)) for name, w, a in recipe.layers),
    )


def _narrow(recipe: Recipe) -> str:
    return str(recipe.common_activations or f"{recipe.least_activations} and more")


def _in_integers(found: Breakdown) -> float:
    """What 8-bit kernels should take: layers by the ratio of the peaks, conversions around what
    has no such kernel. A guess, which the first measurement replaces."""
    faster = max(1.0, REACHED * found.peaks.integer_gmacs / found.peaks.float_gmacs)
    total = 0.0
    for line in lines(found):
        total += line.fp32_ms / faster if line.macs else line.fp32_ms
    without = [
        one.ms for one in found.fp32.operations if one.kind == FLOAT and one.op not in HAS_KERNEL
    ]
    return total + 2 * sum(without)


def _measured(found: Breakdown, points: Iterable[Point]) -> dict[tuple[int, int], float]:
    """Milliseconds by widths, as a ratio to FP32 beside it: kernels do not depend on methods."""
    known: dict[tuple[int, int], list[float]] = {}
    for point in points:
        place = point.id.partition("@")[2]  # the machine and the runtime
        if (point.workload, place) != (found.workload, found.id.partition("@")[2]):
            continue
        if (point.batch, point.threads) != (1, found.threads):
            continue
        ratio = point.latency_ratio
        if ratio is not None and ratio == ratio and MIXED not in _width(point.recipe):
            known.setdefault(_width(point.recipe), []).append(ratio * found.fp32.latency_ms)
    return {width: sorted(each)[len(each) // 2] for width, each in known.items()}


def _width(recipe: Recipe) -> tuple[int, int]:
    """What decides the kernels: weights of up to 8 bits are 8-bit codes once they are loaded."""
    return (WIDE if recipe.most_weights <= WIDE else IN_FLOAT), recipe.common_activations


def _promise(one: Suggestion) -> float:
    return one.expected_ms if one.measured_ms is None else one.measured_ms
