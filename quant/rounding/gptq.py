"""GPTQ: round one input at a time, and let the inputs that are left make up for its error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from quant.rounding.codes import RoundedLayer
from quant.rounding.levels import Levels
from quant.rounding.mse import round_mse
from quant.rounding.nearest import round_nearest
from quant.rounding.problem import (
    Problem,
    corrected,
    error_of,
    moments_of,
    ridged,
    scales_for,
    varying,
)
from quant.rounding.scales import Floats

RIDGES = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)  # tried, in shares of the moments' diagonal
BLOCK = 64  # columns that are updated at once, so that the rest is touched rarely


@dataclass(frozen=True)
class Started:
    """GPTQ's answer, and what goes on from it: weights (groups, out, in) before rounding and their
    codes, one scale a channel (out,), and the ridge that says how far the rows were believed."""

    matrix: Tensor
    ridge: float
    scale: Floats
    levels: Levels
    codes: Tensor
    layer: RoundedLayer


def round_gptq(problem: Problem) -> RoundedLayer:
    """Second-order rounding against the layer's quantised inputs, then bias correction.

    The weights are first moved to where quantised inputs are answered best, so that the errors of
    the layers before are made up for as well. Groups, and so depthwise channels, go side by side.
    Source: Frantar et al., GPTQ, algorithm 1, arXiv:2210.17323, with inputs in the order of their
    power; the target for quantised inputs is eq. 3 of Li et al., GPTAQ, arXiv:2504.02692.
    """
    return best_of(problem, started(problem).layer)


def started(problem: Problem) -> Started:
    """GPTQ's codes as they are, for learning to go on from."""
    moved = compensated(problem)
    scale, levels = scales_for(problem, moved.matrix)
    codes = columns(moved.matrix, moved.moments, torch.tensor(scale), levels)
    layer = corrected(problem, problem.codes(codes, scale, levels))
    return Started(moved.matrix, moved.ridge, scale, levels, codes, layer)


def round_corrected(problem: Problem) -> RoundedLayer:
    """The rounding of `mse`, with biases corrected where that answers the rows better."""
    return best_of(problem)


def best_of(problem: Problem, *found: RoundedLayer) -> RoundedLayer:
    """What answers the rows best: the steps below may do where there is little to learn from."""
    below = [
        corrected(problem, round_mse(problem.weight)),
        RoundedLayer(round_nearest(problem.weight)),
    ]
    return min([*found, *below], key=lambda option: error_of(problem, option))


@dataclass(frozen=True)
class Moved:
    """Weights (groups, out, in) that make up for earlier errors, and the moments to round with."""

    matrix: Tensor
    moments: Tensor
    ridge: float


def compensated(problem: Problem) -> Moved:
    """The float weights that answer quantised inputs most like the targets, by ridge regression.

    How far they may move is decided by a quarter of the rows, which are of other pictures.
    """
    inputs, matrix = varying(problem), problem.matrix
    missing = (problem.rows.plain - problem.rows.inputs) @ matrix.transpose(1, 2)
    if problem.has_bias:
        missing = missing - missing.mean(1, keepdim=True)
    seen = max(1, inputs.shape[1] * 3 // 4)
    part = moments_of(inputs[:, :seen])
    pull = inputs[:, :seen].transpose(1, 2) @ missing[:, :seen] / seen
    best, least = RIDGES[-1], float("inf")
    for ridge in RIDGES:
        solved = torch.cholesky_solve(pull, torch.linalg.cholesky(ridged(part, ridge)))
        error = float((missing[:, seen:] - inputs[:, seen:] @ solved).square().mean())
        if error < least:
            best, least = ridge, error
    moments = moments_of(inputs)
    pull = inputs.transpose(1, 2) @ missing / inputs.shape[1]
    solved = torch.cholesky_solve(pull, torch.linalg.cholesky(ridged(moments, best)))
    own = 0.01 + min(inputs.shape[2] / inputs.shape[1], 4.0)  # few rows tell little of pairs
    return Moved(matrix + solved.transpose(1, 2), ridged(moments, own), best)


def columns(matrix: Tensor, moments: Tensor, scale: Tensor, levels: Levels) -> Tensor:
    """Codes (groups, out, in), as floats."""
    groups, out, width = matrix.shape
    steps = scale.reshape(groups, out)
    order = torch.argsort(torch.diagonal(moments, dim1=1, dim2=2), dim=1, descending=True)
    by_row = order[:, None, :].expand(-1, out, -1)
    left = torch.gather(matrix, 2, by_row) / steps[:, :, None]
    sorted_moments = torch.stack([m[o][:, o] for m, o in zip(moments, order, strict=True)])
    inverse = torch.cholesky_inverse(torch.linalg.cholesky(sorted_moments))
    upper = torch.linalg.cholesky(inverse).transpose(1, 2)
    codes = torch.empty_like(left)
    nearest = rounder(levels)
    for start in range(0, width, BLOCK):
        stop = min(start + BLOCK, width)
        errors = torch.empty(groups, out, stop - start)
        for index in range(start, stop):
            now = left[:, :, index]
            codes[:, :, index] = nearest(now)
            error = (now - codes[:, :, index]) / upper[:, index, index][:, None]
            errors[:, :, index - start] = error
            left[:, :, index:stop] -= error[:, :, None] * upper[:, index, None, index:stop]
        left[:, :, stop:] -= errors @ upper[:, start:stop, stop:]
    return torch.empty_like(codes).scatter_(2, by_row, codes)


def rounder(levels: Levels) -> Callable[[Tensor], Tensor]:
    """Steps to the nearest codes."""
    if levels.is_even:
        return lambda steps: torch.round(steps).clamp(levels.low, levels.high)
    codes, middles = torch.tensor(levels.codes, dtype=torch.float32), torch.tensor(levels.middles)
    return lambda steps: codes[torch.bucketize(steps.contiguous(), middles)]
