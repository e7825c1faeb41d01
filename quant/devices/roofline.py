"""How long layers take at a processor's peaks: the roofline, a stated share of it reached."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from quant.devices.device import Device
from quant.devices.work import Step, Work

# Shares of the roofline that networks reached where this was measured: the geometric means of four
# networks on one machine, docs/present.md. Assumed to be the same on devices.
FLOAT_EFFICIENCY, INTEGER_EFFICIENCY = 0.35, 0.22
FORMULA = r"t = \sum_{\text{layers}} \frac{1}{e} \max\left(\frac{M}{T},\; \frac{B}{W}\right)"
SOURCE = (
    "Williams, Waterman and Patterson, Roofline: an insightful visual performance model for "
    "multicore architectures, Communications of the ACM 52(4), 2009, doi:10.1145/1498765.1498785"
)


@dataclass(frozen=True, slots=True)
class Peaks:
    """10⁹ multiply-adds a second in float and in 8 bits, and 10⁹ bytes a second from memory."""

    float32: float
    int8: float
    bandwidth: float


def peaks_of(device: Device, work: Work) -> Peaks | None:
    """What was published, or None where a figure that this work needs was not."""
    floats = any(not step.is_integer for step in work.steps)
    integers = any(step.is_integer for step in work.steps)
    lacks = [(device.bandwidth, True), (device.float32, floats), (device.int8, integers)]
    if not work.steps or any(figure is None and needed for figure, needed in lacks):
        return None
    speed, codes, bandwidth = (
        inf if one is None else one.value for one in (device.float32, device.int8, device.bandwidth)
    )
    return Peaks(speed, codes, bandwidth)


def milliseconds(work: Work, peaks: Peaks, batch: int = 1) -> float:
    """For a batch of pictures, the weights read once; an approximation."""
    return 1000 * sum(_seconds(step, peaks, batch) for step in work.steps)


def _seconds(step: Step, peaks: Peaks, batch: int) -> float:
    speed = peaks.int8 if step.is_integer else peaks.float32
    efficiency = INTEGER_EFFICIENCY if step.is_integer else FLOAT_EFFICIENCY
    moved = step.weight_bytes + batch * (step.flow_bytes or 0)
    return max(batch * step.macs / speed, moved / peaks.bandwidth) / efficiency / 1e9
