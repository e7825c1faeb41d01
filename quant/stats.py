"""Intervals and tests for what is counted and what is timed. All intervals are 95 %.

Pages use this too, so the tests that they show need numpy alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp, lgamma, log, sqrt

import numpy as np
from numpy.typing import NDArray

Z = 1.959963984540054  # of a normal distribution, two-sided 95 %
LEVEL = 0.05  # of every test: how often chance alone may tell two equal files apart

Floats = NDArray[np.float64]


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
    """Compare which pictures two files have right, (n,) each: see `counted`."""
    lost, gained = int((first & ~second).sum()), int((second & ~first).sum())
    return counted(lost, gained, len(first))


def counted(lost: int, gained: int, n: int) -> Paired:
    """Compare two files by the pictures that only one of them has right.

    The interval is Bonett and Price's adjusted Wald interval (2012, Br. J. Math. Stat. Psychol. 65,
    479-488); the test is McNemar's, exact. Two files that agree on every picture still have an
    interval: unseen pictures may differ.
    """
    share_lost, share_gained = adjusted(lost, gained, n)
    centre = share_lost - share_gained
    half = Z * sqrt((share_lost + share_gained - centre**2) / (n + 2))
    interval = Interval(max(-1.0, centre - half), min(1.0, centre + half))
    return Paired(lost, gained, n, (lost - gained) / n, interval, mcnemar(lost, gained))


def adjusted(lost: int, gained: int, n: int) -> tuple[float, float]:
    """The shares of pictures lost and gained that the interval rests on: one of each is added."""
    return (lost + 1) / (n + 2), (gained + 1) / (n + 2)


def mcnemar(lost: int, gained: int) -> float:
    """Two-sided p-value of a split as uneven, were a picture as often lost as gained. Exact.

    Source: McNemar 1947, Psychometrika 12 (2), 153-157, with the binomial tail instead of its
    approximation by chi-square.
    """
    few, both = min(lost, gained), lost + gained
    if 2 * few >= both - 1:  # the most even splits: both tails together are everything
        return 1.0
    log_of_few = lgamma(both + 1) - lgamma(few + 1) - lgamma(both - few + 1) - both * log(2)
    count = np.arange(few, 0, -1)
    rest = float(np.cumprod(count / (both - count + 1)).sum())  # shares of the smaller counts
    return min(1.0, 2 * exp(log_of_few) * (1 + rest))


def holm(p_values: Sequence[float] | Floats) -> Floats:
    """The p-values after Holm's step-down correction, in the order given; NaN is no test.

    Of all tests that are looked at together, the chance that even one tells equal files apart stays
    at the level. Source: Holm 1979, Scand. J. Stat. 6 (2), 65-70.
    """
    given = np.asarray(p_values, np.float64)
    found = np.full(len(given), np.nan)
    tested = np.flatnonzero(np.isfinite(given))
    order = tested[np.argsort(given[tested], kind="stable")]
    steps = given[order] * np.arange(len(order), 0, -1)
    found[order] = np.minimum(1.0, np.maximum.accumulate(steps))
    return found


def bootstrap(
    values: Sequence[Floats], statistic: Callable[..., Floats], resamples: int = 2000
) -> Interval:
    """Interval of a statistic of pictures, by drawing pictures anew. For two files, `values` holds
    what each said of the same pictures, so that a drawn picture brings both: a paired interval.

    Args:
        values: arrays (n,), a picture at the same place in each.
        statistic: of arrays (draws, n), over their last axis; it gives (draws,).
    Source: Efron and Tibshirani 1993, An Introduction to the Bootstrap, chapter 13 (percentiles).
    """
    n, draw = len(values[0]), np.random.default_rng(0)
    at_once = max(1, 2_000_000 // n)  # bounds memory
    found = []
    for start in range(0, resamples, at_once):
        rows = draw.integers(0, n, (min(at_once, resamples - start), n))
        found.append(statistic(*(np.asarray(one, np.float64)[rows] for one in values)))
    low, high = np.percentile(np.concatenate(found), [2.5, 97.5])
    return Interval(float(low), float(high))
