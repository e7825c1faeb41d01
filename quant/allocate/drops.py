"""From the noise of the logits to the accuracy that is lost: monotone through what was measured."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Seen(NamedTuple):
    """One file: noise power over the signal's, accuracy lost, with its interval, on n pictures."""

    noise: float
    drop: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Drops:
    """Points that the curve goes through, ascending in log noise. Between them it is straight,
    below the first it falls with the noise to nothing, beyond the last it goes on to `most`."""

    noises: Floats
    drops: Floats
    lows: Floats
    highs: Floats
    most: float

    def of(self, noise: float) -> float:
        """Accuracy lost, a fraction of 1."""
        return self._read(noise, self.drops)

    def between(self, low: float, high: float) -> tuple[float, float]:
        """What may be lost when the noise lies between these."""
        return self._read(low, self.lows), self._read(high, self.highs)

    def noise_for(self, drop: float) -> float:
        """The most noise that is predicted to lose no more than this."""
        tried = np.geomspace(self.noises[0] * 1e-3, self.noises[-1] * 1e2, 2001)
        within = [one for one in tried if self.of(float(one)) <= drop]
        return float(within[-1]) if within else 0.0

    def _read(self, noise: float, values: Floats) -> float:
        if noise <= self.noises[0]:
            return float(values[0] * noise / self.noises[0])
        if noise >= self.noises[-1]:
            rest = self.noises[-1] / noise  # what is left goes down as the noise goes up
            return float(self.most - max(self.most - values[-1], 0.0) * rest)
        return float(np.interp(np.log(noise), np.log(self.noises), values))


def drops(seen: Iterable[Seen], most: float) -> Drops | None:
    """The monotone curve of least squared error, each point by how many pictures it rests on.

    Source: pool adjacent violators, Barlow et al. 1972, Statistical Inference under Order
    Restrictions, chapter 1.

    Args:
        most: all that there is to lose.
    """
    kept = sorted(one for one in seen if one.noise > 0)
    if not kept:
        return None
    weights = np.array([float(one.n) for one in kept])
    columns = [
        _rising(np.array([getattr(one, name) for one in kept]), weights)
        for name in ("drop", "low", "high")
    ]
    noises = np.array([one.noise for one in kept])
    _, first = np.unique(noises, return_index=True)
    middle, low, high = (np.clip(column[first], -most, most) for column in columns)
    return Drops(noises[first], np.maximum(middle, 0.0), low, np.maximum(high, 0.0), most)


def _rising(values: Floats, weights: Floats) -> Floats:
    blocks: list[list[float]] = []  # mean, weight, length
    for value, weight in zip(values, weights, strict=True):
        blocks.append([float(value), float(weight), 1])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            mean, weight_, length = blocks.pop()
            before = blocks[-1]
            total = before[1] + weight_
            blocks[-1] = [
                (before[0] * before[1] + mean * weight_) / total, total, before[2] + length,
            ]  # fmt: skip
    return np.concatenate([np.full(int(length), mean) for mean, _, length in blocks])
