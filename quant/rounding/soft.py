"""Rounding that is still undecided: between two neighbouring levels, by a sigmoid."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from quant.rounding.book import Book
from quant.rounding.gptq import Started

ZETA, GAMMA = 1.1, -0.1  # how far the sigmoid is stretched beyond 0 and 1


@dataclass(frozen=True, slots=True)
class Pressure:
    """How the rounding is brought to decide: not at first, then ever more sharply."""

    weight: float = 20.0  # where the error at the start is 1
    free: float = 0.2  # share of the steps before pressure begins
    sharpness: tuple[float, float] = (20.0, 2.0)

    def sharp(self, done: float) -> float | None:
        """The exponent at this share of the steps; None before pressure begins."""
        if done < self.free:
            return None
        through = (done - self.free) / (1 - self.free)
        first, last = self.sharpness
        return last + 0.5 * (first - last) * (1 + math.cos(math.pi * through))


class Soft:
    """Weights (groups, out, in) whose codes are `lower` or `apart` above, by learned logits.

    Begins halfway between GPTQ's codes and the exact value.
    Source: Nagel et al., AdaRound, eq. 22-24, arXiv:2004.10568.
    """

    def __init__(self, start: Started, book: Book) -> None:
        self.start = start
        self.step = torch.tensor(start.scale).reshape(*start.matrix.shape[:2], 1)
        steps = start.matrix / self.step
        inputs = torch.arange(steps.shape[2])
        self.lower, self.apart = book.around(start.codes, steps, inputs)
        apart = self.apart.clamp(min=1)  # two codes of a small share may be the same
        share = (start.codes - self.lower) / apart  # 0 or 1: GPTQ's choice
        near = ((steps - self.lower) / apart).clamp(0.05, 0.95)
        soft = 0.5 * share.clamp(0.1, 0.9) + 0.5 * near
        self.logits = torch.logit((soft - GAMMA) / (ZETA - GAMMA)).requires_grad_()

    def share(self) -> Tensor:
        """0-1: how far towards the upper level."""
        return (torch.sigmoid(self.logits) * (ZETA - GAMMA) + GAMMA).clamp(0, 1)

    def weight(self, share: Tensor) -> Tensor:
        return (self.lower + self.apart * share) * self.step

    def undecided(self, share: Tensor, sharp: float) -> Tensor:
        """0 where every weight has decided: the regulariser, a mean over weights."""
        return (1 - (2 * share - 1).abs().pow(sharp)).mean()

    def codes(self) -> Tensor:
        """What is decided now, (groups, out, in)."""
        with torch.no_grad():
            return self.lower + self.apart * (self.share() > 0.5)
