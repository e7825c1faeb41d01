"""Intervals and tests for what is counted and what is timed. All intervals are 95 %."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

Z = 1.959963984540054  # of a normal distribution, two-sided 95 %


@dataclass(frozen=True, slots=True)
class Interval:
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Paired:
    """Two files on the same pictures. `drop` is the first's accuracy less the second's.

    `lost` counts pictures that only the first has right, `gained` those only the second has.
    """

    lost: int
    gained: int
    n: int
    drop: float
    interval: Interval
    p_value: float


def wilson(successes: int, n: int) -> Interval:
    """Interval of a proportion; both ends stay within 0 and 1.

    Source: Wilson 1927, J. Am. Stat. Assoc. 22 (158), 209-212.
    """
    from scipy.stats import binomtest

    interval = binomtest(successes, n).proportion_ci(method="wilson")
    return Interval(float(interval.low), float(interval.high))


def paired(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> Paired:
    """Compare which pictures two files have right, (n,) each.

    The interval is Bonett and Price's adjusted Wald interval (2012, Br. J. Math. Stat. Psychol. 65,
    479-488); the test is McNemar's, exact. Two files that agree on every picture still have an
    interval: unseen pictures may differ.
    """
    from scipy.stats import binomtest

    n = len(first)
    lost, gained = int((first & ~second).sum()), int((second & ~first).sum())
    share_lost, share_gained = (lost + 1) / (n + 2), (gained + 1) / (n + 2)
    centre = share_lost - share_gained
    half = Z * sqrt((share_lost + share_gained - centre**2) / (n + 2))
    p_value = float(binomtest(lost, lost + gained, 0.5).pvalue) if lost + gained else 1.0
    interval = Interval(max(-1.0, centre - half), min(1.0, centre + half))
    return Paired(lost, gained, n, (lost - gained) / n, interval, p_value)


def bootstrap_median(rounds: NDArray[np.float64], resamples: int = 2000) -> Interval:
    """Interval of the median of (rounds, runs) timings, by drawing whole rounds anew.

    Runs of one round are alike, so rounds and not runs are drawn (Efron and Tibshirani 1993,
    chapter 13); each round counts with its median.
    """
    medians = np.median(rounds, axis=1)
    draw = np.random.default_rng(0).integers(0, len(medians), (resamples, len(medians)))
    low, high = np.percentile(np.median(medians[draw], axis=1), [2.5, 97.5])
    return Interval(float(low), float(high))
