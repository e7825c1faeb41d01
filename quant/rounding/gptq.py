"""GPTQ: codes that answer the quantised inputs most like the float layer, by second moments."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from quant.rounding.codes import RoundedLayer
from quant.rounding.lattice import closest, loss_of
from quant.rounding.levels import Levels
from quant.rounding.moved import Moved, moved
from quant.rounding.mse import round_mse
from quant.rounding.nearest import round_nearest
from quant.rounding.problem import Problem, corrected, error_of
from quant.rounding.scales import AN_OCTAVE, Floats

OFFSETS = range(-5, 6)  # scales that are tried beside the one of the search, in steps
FEW = 64  # weights a channel, up to which it is worth it


@dataclass(frozen=True)
class Started:
    """GPTQ's answer, and what goes on from it: weights (groups, out, in) before rounding and their
    codes, one scale a channel (out,), and the ridge that says how little the rows were believed."""

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
    Source: Frantar et al., GPTQ, algorithm 1, arXiv:2210.17323, continued in `lattice`; the target
    for quantised inputs is eq. 3 of Li et al., GPTAQ, arXiv:2504.02692.
    """
    return best_of(problem, started(problem).layer)


def started(problem: Problem) -> Started:
    """GPTQ's codes as they are, for learning to go on from."""
    aim = moved(problem)
    found, scale, levels = _searched(problem, aim)
    codes = found.reshape(problem.matrix.shape)
    layer = corrected(problem, problem.codes(codes, scale, levels))
    matrix = aim.matrix.reshape(codes.shape)
    return Started(matrix, aim.ridge, scale, levels, codes, layer)


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


def _searched(problem: Problem, aim: Moved) -> tuple[Tensor, Floats, Levels]:
    """Codes, scales and levels of the least loss.

    Where a channel has few weights, each scale gives another set of codes to choose from: the best
    of eleven leaves 1 to 3 dB less of the error than the scale of least weighted error.
    """
    groups, out, inputs = aim.matrix.shape
    weight, found = problem.with_values(aim.matrix), aim.options
    tries = OFFSETS if inputs <= FEW and weight.bits < 7 else range(1)
    if len(tries) == 1:
        found = [min(found, key=lambda one: float(one.error.sum()))]
    best: tuple[Tensor, Floats, Levels] | None = None
    least = float("inf")
    for option in found:
        codes, scale = torch.zeros_like(aim.matrix), option.scale
        loss = torch.full((groups, out), torch.inf)
        for offset in tries:
            tried = weight.allowed(option.scale * np.float32(2 ** (-(offset - 0.5) / AN_OCTAVE)))
            tried = option.scale if offset == 0 else tried
            steps = torch.tensor(tried)
            given = closest(aim.matrix, aim.moments, steps, problem.book(option.levels))
            apart = given * steps.reshape(groups, out, 1) - aim.matrix
            lost = loss_of(apart, aim.moments)
            better = lost < loss
            codes = torch.where(better[:, :, None], given, codes)
            scale = np.where(better.numpy().reshape(-1), tried, scale)
            loss = torch.where(better, lost, loss)
        if float(loss.sum()) < least:
            best, least = (codes, scale, option.levels), float(loss.sum())
    assert best is not None
    return best
