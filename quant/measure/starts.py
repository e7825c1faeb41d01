"""What several process starts say about a time or a ratio of times.

Where memory lies, which core is taken and what the neighbours do is decided anew with every start
and stays for its rounds, so a start is one observation however many rounds it has.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, sqrt

import numpy as np

from quant.stats import Interval

LEVEL = 0.95  # of the interval
AGAIN = 0.90  # of the interval that a repeat of the whole measurement should fall into
FLOOR = 0.01  # the least spread between starts, as a share, that is believed


@dataclass(frozen=True, slots=True)
class Estimate:
    """`interval` holds the middle itself, `again` the middle of one more such measurement."""

    middle: float
    interval: Interval
    again: Interval

    @classmethod
    def exactly(cls, value: float) -> Estimate:
        return cls(value, Interval(value, value), Interval(value, value))


def estimate(starts: Sequence[Sequence[float]]) -> Estimate:
    """Middle and intervals of positive values, one sequence of rounds a start.

    Each start counts with the median of its rounds. Over starts, logarithms are taken to be
    normal, with the mean m and the standard deviation s of k starts: the interval is
    m ± t s / √k and the prediction m ± t s √(2 / k), with Student's t at k − 1 degrees of freedom
    (Hahn and Meeker 1991, Statistical Intervals, sections 4.2 and 4.8). Drawing starts anew, as a
    bootstrap does, cannot reach beyond the outermost of a few starts and covers too little.

    Args:
        starts: at least two.
    """
    from scipy.stats import t

    middles = np.log([np.median(rounds) for rounds in starts])
    k, middle = len(middles), float(middles.mean())
    s = max(float(middles.std(ddof=1)), log(1 + FLOOR))
    return Estimate(
        exp(middle),
        _around(middle, float(t.ppf(0.5 + LEVEL / 2, k - 1)) * s / sqrt(k)),
        _around(middle, float(t.ppf(0.5 + AGAIN / 2, k - 1)) * s * sqrt(2 / k)),
    )


def _around(middle: float, half: float) -> Interval:
    return Interval(exp(middle - half), exp(middle + half))
