"""Second moments of what a layer reads, as far as the function behind it lets errors through."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from quant.rounding.problem import Problem

MOST_INPUTS = 64  # of a channel with moments of its own: with more they tell little of others
MOST_ROWS = 4_096  # that those are taken from
AT_ONCE = 4_000_000  # values of weighted rows in memory
LEAST_GATE = 0.05  # noise opens what is shut


@dataclass(frozen=True)
class Moments:
    """`second` (groups, in, in) of the inputs, and what pulls the weights (groups, in, out): the
    inputs times what quantised inputs miss of the targets.

    A channel that errors reach through a gate is a group of its own.
    """

    second: Tensor
    pull: Tensor

    def gained(self, moves: Tensor) -> float:
        """How much less of the targets is missed once weights have moved by (groups, in, out)."""
        return float((moves * (2 * self.pull - self.second @ moves)).sum())

    def with_other(self, other: Moments, share: float) -> Moments:
        """Of the rows of both, of which this one has a `share`."""
        return Moments(
            self.second * share + other.second * (1 - share),
            self.pull * share + other.pull * (1 - share),
        )


def halves(problem: Problem, seen: int) -> tuple[Moments, Moments]:
    """Of the first `seen` rows and of the others, which are of other pictures."""
    count = problem.rows.count
    parts = [slice(0, seen), slice(seen, count)] if seen < count else [slice(0, count)] * 2
    gates = gates_of(problem)
    if gates is None:
        first, other = (_plain(problem, part) for part in parts)
    else:
        first, other = (_gated(problem, gates, part) for part in parts)
    return first, other


def gates_of(problem: Problem) -> Tensor | None:
    """Squared slopes (groups, rows, out) of the activation function at the float answers; None
    where there is no such function, or channels have many inputs.

    A first-order version of the loss behind the activation: Nagel et al., AdaRound, eq. 25,
    arXiv:2004.10568. Where a ReLU6 is shut, an error is none.
    """
    if problem.rows.inputs.shape[2] > MOST_INPUTS:
        return None
    targets = problem.rows.targets.detach().requires_grad_()
    with torch.enable_grad():
        answers = problem.tail(targets)
        if answers is targets or not answers.requires_grad:
            return None
        [slopes] = torch.autograd.grad(answers.sum(), targets)
    gates: Tensor = slopes.square().clamp(LEAST_GATE, 1.0)
    return gates


def ridged(second: Tensor, ridge: float) -> Tensor:
    """Moments with `ridge` times their diagonal added: how little the rest is believed."""
    diagonal = torch.diagonal(second, dim1=1, dim2=2)
    floor = 1e-4 * diagonal.mean(1, keepdim=True) + 1e-12
    return second + torch.diag_embed(ridge * diagonal + floor)


def _plain(problem: Problem, part: slice) -> Moments:
    inputs, missing = problem.rows.inputs[:, part], _missing(problem, part)
    if problem.has_bias:
        inputs = inputs - inputs.mean(1, keepdim=True)
        missing = missing - missing.mean(1, keepdim=True)
    count = inputs.shape[1]
    turned = inputs.transpose(1, 2)
    return Moments(turned @ inputs / count, turned @ missing / count)


def _missing(problem: Problem, part: slice) -> Tensor:
    rows = problem.rows
    return (rows.plain[:, part] - rows.inputs[:, part]) @ problem.matrix.transpose(1, 2)


def _gated(problem: Problem, gates: Tensor, part: slice) -> Moments:
    every = max(1, (part.stop - part.start) // MOST_ROWS)
    part = slice(part.start, part.stop, every)
    inputs, missing, weight = problem.rows.inputs[:, part], _missing(problem, part), gates[:, part]
    groups, count, width = inputs.shape
    out = missing.shape[2]
    weight = weight / weight.mean(1, keepdim=True)
    second, pull = torch.empty(groups, out, width, width), torch.empty(groups, out, width)
    step = max(1, AT_ONCE // (count * width))
    for group in range(groups):
        x = inputs[group]
        for first in range(0, out, step):
            own = slice(first, first + step)
            some = weight[group, :, own]
            scaled = (some.T[:, :, None] * x).transpose(1, 2)  # (some, in, rows)
            second[group, own] = (scaled @ x) / count
            gap = missing[group, :, own]
            pull[group, own] = (scaled @ gap.T[:, :, None])[..., 0] / count
            if problem.has_bias:
                means = scaled.mean(2)
                second[group, own] -= means[:, :, None] * means[:, None, :]
                pull[group, own] -= means * (some * gap).mean(0)[:, None]
    return Moments(second.reshape(-1, width, width), pull.reshape(-1, width, 1))
