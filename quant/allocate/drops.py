"""From the noise of the logits to the accuracy that is lost: monotone through what was measured."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

NEGLIGIBLE = 0.002  # of accuracy: keeps logarithms finite
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
    """Points that the curve goes through, ascending in noise, and how far each may be off.

    Between points the logarithm of the loss is straight over that of the noise: losses rise by
    orders. Below the first it falls with the noise to nothing; beyond the last it goes on in
    proportion, and nears `most`.
    """

    noises: Floats
    drops: Floats
    reaches: Floats
    most: float

    def of(self, noise: float) -> float:
        """Accuracy lost, a fraction of 1."""
        first, last = float(self.noises[0]), float(self.noises[-1])
        if noise <= first:
            return float(self.drops[0]) * noise / first
        if noise >= last:
            share = min(max(float(self.drops[-1]), NEGLIGIBLE) / self.most, 0.99)
            return float(self.most * (1 - (1 - share) ** (noise / last)))
        logs = np.interp(np.log(noise), np.log(self.noises), np.log(self.drops + NEGLIGIBLE))
        return float(max(np.exp(logs) - NEGLIGIBLE, 0.0))

    def between(self, low: float, high: float) -> tuple[float, float]:
        """What may be lost when the noise lies between these."""
        reaches = np.interp(np.log([low, high]), np.log(self.noises), self.reaches)
        return self.of(low) - float(reaches[0]), min(self.of(high) + float(reaches[1]), self.most)

    def noise_for(self, drop: float) -> float:
        """The most noise that is predicted to lose no more than this."""
        tried = np.geomspace(self.noises[0] * 1e-3, self.noises[-1] * 1e2, 2001)
        within = [one for one in tried if self.of(float(one)) <= drop]
        return float(within[-1]) if within else 0.0


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
    rising = _rising(np.array([one.drop for one in kept]), weights)
    noises, first = np.unique([one.noise for one in kept], return_index=True)
    reaches = np.array([(one.high - one.low) / 2 for one in kept])
    return Drops(noises, np.clip(rising[first], 0.0, most), reaches[first], most)


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
