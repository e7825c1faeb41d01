"""From summed noise to the noise that files really have: a straight line in decibels, fitted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log10, sqrt

import numpy as np

USUAL_DB = 3.0  # how far off a sum is where nothing was measured; counts as one measured point
LEAST_DB = 0.3
COVERED = 1.645  # standard deviations either side that hold 90 of 100
SLOPES = 0.5, 1.5
ENOUGH = 3  # points, for a slope of their own
APART_DB = 3.0  # and so far apart
FLOOR = 1e-12


@dataclass(frozen=True, slots=True)
class NoiseFit:
    """Measured noise = offset + slope x summed noise, in dB. `sd_db` is the standard deviation of
    a prediction, `n` counts the points that it rests on, `error_db` what leaving each out in turn
    comes to (root mean square), None where fewer than two were measured."""

    offset_db: float = 0.0
    slope: float = 1.0
    sd_db: float = USUAL_DB
    n: int = 0
    error_db: float | None = None

    def of(self, summed: float) -> tuple[float, float, float]:
        """Noise power over the signal's: the middle, and what 90 of 100 lie between."""
        middle = self.offset_db + self.slope * decibels(summed)
        reach = COVERED * self.sd_db
        return power(middle), power(middle - reach), power(middle + reach)

    def inverse(self, noise: float) -> float:
        """The sum that is predicted to come to this noise."""
        return power((decibels(noise) - self.offset_db) / self.slope)


def fitted(summed: Sequence[float], measured: Sequence[float], start: NoiseFit) -> NoiseFit:
    """By least squares; with fewer than three points, or all alike, only the offset is fitted.

    Args:
        start: what stands where nothing was measured.
    """
    x, y = np.array([*map(decibels, summed)]), np.array([*map(decibels, measured)])
    if not len(x):
        return start
    slope, offset = _line(x, y)
    off = y - offset - slope * x
    spent = 2 if slope != 1.0 else 1
    # as if one more point had been off by as much as is usual
    sd = sqrt((float(off @ off) + USUAL_DB**2) / max(len(x) - spent + 1, 1))
    error = _left_out(x, y)
    return NoiseFit(offset, slope, max(sd, LEAST_DB), len(x), error)


def _line(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    slope = 1.0
    if len(x) >= ENOUGH and float(np.ptp(x)) >= APART_DB:
        slope = float(np.clip(np.polyfit(x, y, 1)[0], *SLOPES))
    return slope, float((y - slope * x).mean())


def _left_out(x: np.ndarray, y: np.ndarray) -> float | None:
    if len(x) < 2:
        return None
    off = []
    for at in range(len(x)):
        slope, offset = _line(np.delete(x, at), np.delete(y, at))
        off.append(y[at] - offset - slope * x[at])
    return float(np.sqrt(np.mean(np.square(off))))


def decibels(noise: float) -> float:
    return 10 * log10(max(noise, FLOOR))


def power(noise_db: float) -> float:
    return float(10 ** (noise_db / 10))
