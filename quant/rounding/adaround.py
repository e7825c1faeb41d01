"""AdaRound: learn for every weight whether to round up or down, from what the layer answers."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from quant.rounding.codes import RoundedLayer
from quant.rounding.gptq import best_of, columns, compensated
from quant.rounding.levels import Levels
from quant.rounding.problem import Problem, corrected, scales_for, varying

ZETA, GAMMA = 1.1, -0.1  # how far the sigmoid is stretched beyond 0 and 1


@dataclass(frozen=True, slots=True)
class Schedule:
    """Steps of Adam, rows a step, and how the rounding is pressed to decide."""

    steps: int = 300
    rows: int = 512
    rows_of_groups: int = 64  # a group has few weights, and there are many groups
    rate: float = 0.05
    pressure: float = 0.01
    free: float = 0.2  # share of the steps before pressure begins
    sharpness: tuple[float, float] = (20.0, 2.0)


def round_adaround(problem: Problem, schedule: Schedule = Schedule()) -> RoundedLayer:
    """Learned rounding against quantised inputs, the activation function inside the loss.

    Starts from GPTQ's codes, with the bias learned along; ends at whichever of the two answers
    the rows better. Source: Nagel et al., AdaRound, eq. 21-25, arXiv:2004.10568.
    """
    found = compensated(problem)
    matrix, moments, shrunk = found.matrix, found.moments, found.ridge
    scale, levels = scales_for(problem, matrix)
    step = torch.tensor(scale).reshape(problem.groups, -1, 1)
    first = columns(matrix, moments, torch.tensor(scale), levels)
    start = corrected(problem, problem.codes(first, scale, levels))
    lower, apart = between(first, matrix / step, levels)
    share = (first - lower) / apart  # 0 or 1: GPTQ's choice
    near = ((matrix / step - lower) / apart).clamp(0.05, 0.95)
    soft = 0.5 * share.clamp(0.1, 0.9) + 0.5 * near
    learned, bias = _learned(problem, schedule, lower, step, apart, soft, start, matrix, shrunk)
    codes = lower + apart * (learned > 0.5)
    given = problem.codes(codes, scale, levels)
    best = corrected(problem, given)
    options = [start, best] + ([RoundedLayer(given, bias.numpy())] if bias is not None else [])
    return best_of(problem, *options)


def between(codes: Tensor, steps: Tensor, levels: Levels) -> tuple[Tensor, Tensor]:
    """The lower of the two neighbouring levels to choose from, and the distance of the other.

    One is the code that was found first; the other lies on the side of the exact value.
    """
    table = torch.tensor(levels.codes, dtype=torch.float32)
    index = torch.bucketize(codes, torch.tensor(levels.middles))
    index = torch.where(codes > steps, index - 1, index).clamp(0, len(table) - 2)
    return table[index], table[index + 1] - table[index]


def _learned(
    problem: Problem, schedule: Schedule, lower: Tensor, step: Tensor, apart: Tensor, soft: Tensor,
    start: RoundedLayer, matrix: Tensor, shrunk: float,
) -> tuple[Tensor, Tensor | None]:  # fmt: skip
    """Shares (groups, out, in) of rounding up, and the bias (out,)."""
    rows = problem.rows
    targets = problem.tail(rows.targets)
    scale = 1 / float(targets.var() + 1e-12)
    spread = varying(problem).square().mean(1)[:, None, :] * shrunk
    logits = torch.logit((soft - GAMMA) / (ZETA - GAMMA)).requires_grad_()
    bias = torch.zeros(lower.shape[0] * lower.shape[1])
    if start.bias is not None:
        bias = torch.tensor(start.bias)
    elif problem.bias is not None:
        bias = torch.tensor(problem.bias)
    learns_bias = problem.has_bias
    shift = torch.zeros_like(bias).reshape(problem.groups, 1, -1).requires_grad_(learns_bias)
    spreads = targets.std(1, keepdim=True) + 1e-6
    groups = [{"params": [logits], "lr": schedule.rate}]
    if learns_bias:
        groups.append({"params": [shift], "lr": 0.01})
    optimiser = torch.optim.Adam(groups)
    draw = torch.Generator().manual_seed(problem.draw)
    many = min(schedule.rows if problem.groups == 1 else schedule.rows_of_groups, rows.count)
    for index in range(schedule.steps):
        chosen = torch.randint(0, rows.count, (many,), generator=draw)
        share = (torch.sigmoid(logits) * (ZETA - GAMMA) + GAMMA).clamp(0, 1)
        weight = (lower + apart * share) * step
        whole = bias.reshape(problem.groups, 1, -1) + shift * spreads
        answers = problem.tail(rows.inputs[:, chosen] @ weight.transpose(1, 2) + whole)
        error = (answers - targets[:, chosen]).square().mean() * scale
        loss = error
        if shrunk > 0.02:
            loss = loss + ((weight - matrix).square() * spread).sum(2).mean() * scale
        done = index / schedule.steps
        if done >= schedule.free:
            through = (done - schedule.free) / (1 - schedule.free)
            beta = _sharpness(schedule, through)
            loss = loss + schedule.pressure * (1 - (2 * share - 1).abs().pow(beta)).mean()
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    final = (torch.sigmoid(logits) * (ZETA - GAMMA) + GAMMA).clamp(0, 1).detach()
    if not learns_bias:
        return final, None
    return final, (bias.reshape(problem.groups, 1, -1) + shift.detach() * spreads).reshape(-1)


def _sharpness(schedule: Schedule, through: float) -> float:
    first, last = schedule.sharpness
    return last + 0.5 * (first - last) * (1 + math.cos(math.pi * through))
