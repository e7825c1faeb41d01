"""How long a layer should take, by what was measured of this network on this machine.

Weights of every width up to 8 bits are 8-bit codes once a file is loaded, so their width does not
change the time: only float or integers, and the Clip of activations below 8 bits, do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from quant.breakdown.lines import CALL, lines
from quant.breakdown.record import Breakdown
from quant.recipe import FLOAT
from quant.records import Measurement
from quant.sensitivity.scores import Sensitivity

EXPLAINED, BY_MACS = "explained", "multiply-adds"
WIDE = 8


@dataclass(frozen=True, slots=True)
class Times:
    """Of one layer, ms: in float, in integers, and what a Clip to narrow activations adds."""

    float_ms: float
    integer_ms: float
    clip_ms: float = 0.0


@dataclass(frozen=True)
class Pace:
    """`call_ms` comes on top, for what belongs to no layer. `basis` is EXPLAINED or BY_MACS, and
    `counts_clips` says whether narrow activations were timed."""

    basis: str
    layers: Mapping[str, Times]
    call_ms: float
    counts_clips: bool = False

    def of(self, layer: str, weights: int, activations: int) -> float:
        """ms of one run."""
        times = self.layers.get(layer)
        if times is None:
            return 0.0
        if activations == FLOAT or WIDE < weights < FLOAT:
            return times.float_ms
        return times.integer_ms + (times.clip_ms if activations < WIDE else 0.0)

    @property
    def words(self) -> str:
        """What it rests on."""
        if self.basis == EXPLAINED:
            rest = "each layer's time in a file that was taken apart here"
        else:
            rest = "the whole time of files that were measured here, shared out by multiply-adds"
        clips = "" if self.counts_clips else "; Clips of activations below 8 bits are not in it"
        return f"{rest}{clips}"


def explained(found: Breakdown) -> Pace:
    """From a point's account, layer by layer; its recipe has integer activations."""
    own = lines(found)
    layers = {
        line.layer: Times(
            line.fp32_ms,
            line.ms - line.clip_ms,
            line.clip_ms,
        )
        for line in own
        if line.layer != CALL
    }
    call = sum(line.ms for line in own if line.layer == CALL)
    narrow = found.recipe.least_activations < WIDE
    return Pace(EXPLAINED, layers, call, narrow)


def by_macs(found: Sensitivity, fp32_ms: float, integer_ms: float) -> Pace:
    """From the latencies of FP32 and of a file with 8-bit activations."""
    total = sum(layer.macs for layer in found.layers) or 1
    layers = {
        layer.name: Times(fp32_ms * layer.macs / total, integer_ms * layer.macs / total)
        for layer in found.layers
    }
    return Pace(BY_MACS, layers, 0.0)


def pace_of(
    found: Sensitivity, measured: Iterable[Measurement], taken_apart: Iterable[Breakdown] = ()
) -> Pace | None:
    """From the newest account of a file with integer activations, else from latencies; None where
    neither is there.

    Args:
        measured: of this network on one machine and runtime, timed at batch 1.
        taken_apart: on that machine and runtime.
    """
    accounts = [one for one in taken_apart if one.recipe.least_activations < FLOAT]
    wide = [one for one in accounts if one.recipe.least_activations == WIDE]
    if accounts:
        return explained(max(wide or accounts, key=lambda one: one.made_at))
    timed = [
        one
        for one in measured
        if one.batch == 1 and one.recipe.common_activations == WIDE and one.recipe.most_weights <= 8
    ]
    if not timed:
        return None
    newest = max(timed, key=lambda one: one.measured_at)
    return by_macs(found, newest.fp32_latency_ms, newest.latency_ms)
