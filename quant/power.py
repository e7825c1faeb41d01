"""What a comparison could have told, and how many pictures would tell."""

from __future__ import annotations

from functools import lru_cache
from math import ceil, inf, isfinite, log, log1p, sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from quant.stats import LEVEL, Floats, adjusted, mcnemar

POWER = 0.8  # of such comparisons that find the difference
MOST_PICTURES = 1_000_000  # more than this is no answer
FEW = 40  # answers that differ: up to here power is summed, above it is approximated
MOST = 90  # of them that are summed over: more never come where FEW are expected
NORMAL = NormalDist()


@lru_cache(maxsize=16_384)
def detectable(lost: int, gained: int, n: int, level: float = LEVEL) -> float:
    """The smallest true difference in accuracy, as a fraction of 1, that McNemar's test finds in 8
    of 10 such comparisons: on `n` pictures, where as many answers differ as did here.

    A difference needs answers that differ: where more than those seen are needed, all of them go
    one way. 1 where so few pictures cannot tell any.
    Source: the power of McNemar's exact test, Duffy 1984, Biometrics 40 (4), 1005-1015; for many
    answers that differ, its normal approximation with continuity, Miettinen 1968, Biometrics 24.
    """
    differ = (lost + gained) / n
    low, high = 0.0, 1.0
    if power(1.0, 1.0, n, level) < POWER:
        return 1.0
    while high - low > 1e-3 * high:
        middle = (low + high) / 2 if high < 0.02 or low > 0 else high / 4
        found = power(middle, max(differ, middle), n, level) >= POWER
        low, high = (low, middle) if found else (middle, high)
    return high


def power(difference: float, differ: float, n: int, level: float = LEVEL) -> float:
    """How often McNemar's exact test finds a true difference on `n` pictures.

    Args:
        difference: share of pictures lost less share gained, above zero.
        differ: the two shares together: of pictures that only one file has right.
    """
    expected = n * differ
    if expected > FEW:
        spread = sqrt(max(expected - n * difference**2, 1e-12))
        return NORMAL.cdf((n * difference - _needed(round(expected), level) + 1) / spread)
    # How many differ is binomial, and given that number so is how many of them are lost.
    one_way = min(1.0, (1 + difference / differ) / 2)
    chances = _binomial(n, differ, min(n, MOST))
    found = _told_apart(one_way, level)[: len(chances)]
    return float(chances @ found)


def more_pictures(lost: int, gained: int, n: int, limit: float) -> float:
    """How many more pictures would tell on which side of a loss `limit` a file lies, in 8 of 10
    cases, if its loss is what it was here; infinite where a million would not.
    """
    needed = pictures_to_decide(*adjusted(lost, gained, n), limit)
    return max(1.0, needed - n) if isfinite(needed) else inf


def pictures_to_decide(lost: float, gained: float, limit: float) -> float:
    """On how many pictures the 95 % interval of the loss keeps clear of `limit` in 8 of 10 cases.

    Args:
        lost, gained: true shares of pictures that become wrong and right.
    Source: the interval of `quant.stats.counted`, its centre taken as normal.
    """

    def decides(n: float) -> bool:
        counts = lost * n + 1, gained * n + 1
        centre = (counts[0] - counts[1]) / (n + 2)
        spread = max(sum(counts) / (n + 2) - centre**2, 0.0)
        half = NORMAL.inv_cdf(1 - LEVEL / 2) * sqrt(spread / (n + 2))
        moves = NORMAL.inv_cdf(POWER) * sqrt(n * max(lost + gained - centre**2, 0.0)) / (n + 2)
        return abs(limit - centre) >= half + moves

    if not decides(MOST_PICTURES):
        return inf
    low, high = 1.0, float(MOST_PICTURES)
    while high - low > max(1.0, 0.001 * high):
        middle = sqrt(low * high)
        low, high = (low, middle) if decides(middle) else (middle, high)
    return ceil(high)


def _told_apart(one_way: float, level: float) -> Floats:
    """Of 0 to MOST answers that differ, how often the test sees it, if each is lost so likely."""
    count = np.arange(MOST + 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        lost = np.where(count > 0, count * np.log(one_way), 0.0)
        kept = np.where(count > 0, count * np.log1p(-one_way), 0.0)
        rest = kept[np.maximum(count[:, None] - count, 0)]
        chances = np.exp(_ways() + lost + rest)
    found: Floats = np.where(_enough(level), chances, 0.0).sum(axis=1)
    return found


@lru_cache(maxsize=1)
def _ways() -> Floats:
    """Logarithms of how many ways there are to choose column of row; none beyond."""
    logs = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, MOST + 1)))])
    count = np.arange(MOST + 1)
    among = count[:, None] - count
    return np.where(among >= 0, logs[:, None] - logs - logs[np.maximum(among, 0)], -np.inf)


@lru_cache(maxsize=64)
def _enough(level: float) -> NDArray[np.bool_]:
    """Whether column lost, of row that differ, are told apart."""
    count = np.arange(MOST + 1)
    needed = np.array([_critical(both, level) for both in range(MOST + 1)])
    return np.asarray(2 * count - count[:, None] >= needed[:, None])


@lru_cache(maxsize=4096)
def _needed(both: int, level: float) -> float:
    """As `_critical`, without the steps that come from counts being whole."""
    return sum(_critical(both + step, level) for step in (-1, 0, 1, 2)) / 4


def _critical(both: int, level: float) -> int:
    """By how much lost and gained must differ, of `both`, to be told apart; more where none do."""
    low, high = -1, both // 2 + 1  # of the smaller count: told apart at `low`, not at `high`
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if mcnemar(middle, both - middle) <= level else (low, middle)
    return both - 2 * low


def _binomial(n: int, share: float, most: int) -> Floats:
    """Chances of 0 to `most` of n."""
    count = np.arange(1, most + 1)
    log_ways = np.concatenate([[0.0], np.cumsum(np.log(n - count + 1) - np.log(count))])
    every = np.arange(most + 1)
    rest = np.zeros(most + 1) if share == 1 else (n - every) * log1p(-share)
    if share == 1:
        rest[every < n] = -np.inf
    return np.asarray(np.exp(log_ways + every * log(share) + rest))
