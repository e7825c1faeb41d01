"""GPTQ: codes that answer the quantised inputs most like the float layer, by second moments."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from quant.rounding.codes import (
    PAIR_LIMIT,
    Codes,
    RoundedLayer,
    encode,
    largest_pair,
)
from quant.rounding.lattice import closest, loss_of
from quant.rounding.levels import Levels
from quant.rounding.moved import Moved, moved
from quant.rounding.mse import Option, round_mse
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
    found = _searched(problem, aim)
    safe = _safe(problem, aim, found)
    codes = torch.tensor(safe.values, dtype=torch.float32).reshape(problem.matrix.shape)
    layer = corrected(problem, safe)
    matrix = aim.matrix.reshape(codes.shape)
    return Started(matrix, aim.ridge, found.scale, found.levels, codes, layer)


def _safe(problem: Problem, aim: Moved, found: _Found) -> Codes:
    """Making up for errors may have put two large codes side by side, which saturate without VNNI:
    such channels are rounded to the nearest, which their scale was chosen for."""
    codes = problem.codes(found.codes, found.scale, found.levels)
    weight = problem.with_values(aim.matrix)
    if not weight.paired or weight.bits < 8:
        return codes
    over = largest_pair(codes.values.astype(np.float32)) > PAIR_LIMIT
    nearest = encode(weight.values, found.scale, found.levels).values
    over = over.reshape(-1, *[1] * (nearest.ndim - 1))
    values = np.where(over, nearest, codes.values)
    return replace(codes, values=values)


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
class _Found:
    """Codes (groups, out, in), their scales (out,) and levels, and the sum of what they lose."""

    codes: Tensor
    scale: Floats
    levels: Levels
    loss: float


def _searched(problem: Problem, aim: Moved) -> _Found:
    """Of the least loss.

    Where a channel has few weights, each scale gives another set of codes to choose from: the best
    of eleven leaves 1 to 3 dB less of the error than the scale of least weighted error.
    """
    if aim.matrix.shape[2] <= FEW and problem.weight.bits < 7:
        every = [_at_best_scale(problem, aim, option, OFFSETS) for option in aim.options]
        return min(every, key=lambda one: one.loss)
    best = min(aim.options, key=lambda one: float(one.error.sum()))
    return _at_best_scale(problem, aim, best, range(1))


def _at_best_scale(problem: Problem, aim: Moved, option: Option, offsets: Iterable[int]) -> _Found:
    """Channel by channel, of the scales at these steps from the option's."""
    weight, book = problem.with_values(aim.matrix), problem.book(option.levels)
    codes, scale = torch.zeros_like(aim.matrix), option.scale
    loss = torch.full(aim.matrix.shape[:2], torch.inf)
    for offset in offsets:
        # allowed scales are those at least as large as asked for: half a step lower finds the next
        wanted = option.scale * np.float32(2 ** (-(offset + 0.5) / AN_OCTAVE))
        tried = weight.allowed(wanted) if offset else option.scale
        steps = torch.tensor(tried)
        given = closest(aim.matrix, aim.moments, steps, book)
        apart = given * steps.reshape(*loss.shape, 1) - aim.matrix
        lost = loss_of(apart, aim.moments)
        better = lost < loss
        codes = torch.where(better[:, :, None], given, codes)
        scale = np.where(better.numpy().reshape(-1), tried, scale)
        loss = torch.where(better, lost, loss)
    return _Found(codes, scale, option.levels, float(loss.sum()))
