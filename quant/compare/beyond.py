"""Differences of two points in what is no proportion: the noise of their logits, how sure they are.

Interval: paired bootstrap over pictures, see `quant.stats.bootstrap`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from quant import explain
from quant.compare.sides import Side
from quant.samples import SILENT_DB, Floats, Samples
from quant.stats import Interval, bootstrap

RESAMPLES = 1000


@dataclass(frozen=True, slots=True)
class Difference:
    """The second's value less the first's, of a mean over all pictures; `unit` is dB or pp."""

    name: str
    unit: str
    value: float
    interval: Interval

    @property
    def told_apart(self) -> bool:
        """Whether the interval excludes zero."""
        return self.interval.low > 0 or self.interval.high < 0

    @property
    def words(self) -> str:
        """`signal to noise −2.1 dB (−2.2 to −2.0)`."""
        scale = 100 if self.unit == "dB" else 1  # `points` writes fractions as percentage points
        ends = (self.value, self.interval.low, self.interval.high)
        digits = 2 if self.interval.high - self.interval.low < 0.002 * scale else 1
        middle, low, high = (explain.points(end / scale, digits) for end in ends)
        return f"{self.name} {middle} {self.unit} ({low} to {high})"


def differences(first: Side, second: Side) -> tuple[Difference, ...]:
    """What both points' samples tell, on the pictures that both were measured on; none where they
    are of other pictures, or were measured before it was kept."""
    one, other = first.samples, second.samples
    if one is None or other is None or first.point.data_id != second.point.data_id:
        return ()
    n = min(len(one), len(other))
    sure = [other.confidence[:n], one.confidence[:n]]
    value, interval = float(_less(*sure)), bootstrap(sure, _less, RESAMPLES)
    found = [Difference("confidence", "pp", value, interval)]
    noises = [_noise(side, n) for side in (one, other)]
    if noises[0] is not None and noises[1] is not None:
        both = [noises[0], noises[1]]
        value, interval = float(_decibels(*both)), bootstrap(both, _decibels, RESAMPLES)
        found.append(Difference("signal to noise", "dB", value, interval))
    return tuple(found)


def _less(one: Floats, other: Floats) -> Floats:
    return np.asarray(one.mean(axis=-1) - other.mean(axis=-1))


def _decibels(one: Floats, other: Floats) -> Floats:
    """The signal is FP32's, and so the same for both: only the noise differs."""
    return np.asarray(10 * np.log10(one.sum(axis=-1) / other.sum(axis=-1)))


def _noise(samples: Samples, n: int) -> Floats | None:
    """Of each picture; None where it was not kept, and of FP32, which has none."""
    found = samples.noise_db
    if found is None or (found[:n] <= SILENT_DB).all():
        return None
    return np.asarray(10 ** (found[:n] / 10))
