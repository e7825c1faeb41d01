"""The model held against what was measured: on one machine, whose peaks were measured too."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import exp, isfinite, log, sqrt

from quant import explain
from quant.devices.roofline import Peaks, milliseconds
from quant.devices.work import work
from quant.records import Measurement


@dataclass(frozen=True, slots=True)
class Check:
    """Measured latencies as times the modelled ones: the least and the most of `n` files of
    `networks` networks, and the typical factor either way (exp of the root mean square logarithm).
    The same of what a file gains over FP32.
    """

    n: int
    networks: int
    low: float
    high: float
    typical: float
    gain_n: int
    gain_low: float
    gain_high: float

    def widened(self, other: Check) -> Check:
        """With the ends of another check where those are wider: of few networks is no range."""
        return Check(
            self.n, self.networks, min(self.low, other.low), max(self.high, other.high),
            self.typical, self.gain_n, min(self.gain_low, other.gain_low),
            max(self.gain_high, other.gain_high),
        )  # fmt: skip


# Four networks on an AMD EPYC with 2 threads, ONNX Runtime 1.32: docs/present.md.
DOCUMENTED = Check(20, 4, 0.47, 2.0, 1.67, 16, 0.67, 1.49)


def checked(points: Iterable[Measurement]) -> Check | None:
    """Of files whose machine's peaks were measured beside them; None where there are none."""
    times, gains, networks = [], [], set()
    for point in points:
        found = work(point.outcomes)
        if point.peaks is None or not found.steps or not found.flow_known:
            continue
        if not (isfinite(point.latency_ms) and point.latency_ms > 0):
            continue
        peaks = Peaks(*point.peaks)
        modelled = milliseconds(found, peaks, point.batch)
        times.append(point.latency_ms / modelled)
        networks.add(point.workload)
        ratio = explain.latency_ratio(point)[0]
        if not point.recipe.is_fp32 and isfinite(ratio) and ratio > 0:
            gains.append(ratio * milliseconds(found.in_float, peaks, point.batch) / modelled)
    if not times:
        return None
    typical = exp(sqrt(sum(log(one) ** 2 for one in times) / len(times)))
    return Check(
        len(times), len(networks), min(times), max(times), typical,
        len(gains), min(gains, default=1.0), max(gains, default=1.0),
    )  # fmt: skip
