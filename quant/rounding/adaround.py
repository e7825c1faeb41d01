"""AdaRound: learn for every weight whether to round up or down, from what the layer answers."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor

from quant.rounding.codes import RoundedLayer
from quant.rounding.gptq import Started, best_of, started
from quant.rounding.problem import Problem, corrected, error_of, varying
from quant.rounding.soft import Pressure, Soft


@dataclass(frozen=True, slots=True)
class Schedule:
    """Steps of Adam, rows a step, and how the rounding is pressed to decide."""

    steps: int = 300
    rows: int = 512
    rows_of_groups: int = 64  # a group has few weights, and there are many groups
    rate: float = 0.05
    bias_rate: float = 0.01
    pressure: Pressure = field(default_factory=Pressure)


def round_adaround(problem: Problem, schedule: Schedule = Schedule()) -> RoundedLayer:
    """Learned rounding against quantised inputs, the activation function inside the loss.

    Starts from GPTQ's codes, with the bias learned along; ends at whichever of the two answers
    the rows better. Source: Nagel et al., AdaRound, eq. 21-25, arXiv:2004.10568.
    """
    start = started(problem)
    soft = Soft(start, problem.book(start.levels))
    bias = _learned(problem, schedule, start, soft)
    given = problem.codes(soft.codes(), start.scale, start.levels)
    options = [start.layer, corrected(problem, given)]
    if bias is not None:
        options.append(RoundedLayer(given, bias.numpy()))
    return best_of(problem, *options)


def _learned(problem: Problem, schedule: Schedule, start: Started, soft: Soft) -> Tensor | None:
    """Let `soft` decide; the bias (out,) that was learned along, if there is a place for one."""
    rows = problem.rows
    targets = problem.tail(rows.targets)
    scale = 1 / (error_of(problem, start.layer) + 1e-12)
    spread = varying(problem).square().mean(1)[:, None, :] * start.ridge
    bias = bias_of(problem, start.layer).reshape(problem.groups, 1, -1)
    shift = torch.zeros_like(bias).requires_grad_(problem.has_bias)
    spreads = targets.std(1, keepdim=True) + 1e-6
    groups = [{"params": [soft.logits], "lr": schedule.rate}]
    if problem.has_bias:
        groups.append({"params": [shift], "lr": schedule.bias_rate})
    optimiser = torch.optim.Adam(groups)
    draw = torch.Generator().manual_seed(problem.draw)
    many = min(schedule.rows if problem.groups == 1 else schedule.rows_of_groups, rows.count)
    for index in range(schedule.steps):
        chosen = torch.randint(0, rows.count, (many,), generator=draw)
        share = soft.share()
        weight = soft.weight(share)
        products = rows.inputs[:, chosen] @ weight.transpose(1, 2)
        answers = problem.tail(products + bias + shift * spreads)
        loss = (answers - targets[:, chosen]).square().mean() * scale
        if start.ridge > 0.02:
            loss = loss + ((weight - start.matrix).square() * spread).sum(2).mean() * scale
        sharp = schedule.pressure.sharp(index / schedule.steps)
        if sharp is not None:
            loss = loss + schedule.pressure.weight * soft.undecided(share, sharp)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    if not problem.has_bias:
        return None
    return (bias + shift.detach() * spreads).reshape(-1)


def bias_of(problem: Problem, layer: RoundedLayer) -> Tensor:
    """(out,): the corrected bias, the layer's own, or zeros."""
    bias = problem.bias if layer.bias is None else layer.bias
    return torch.zeros(len(problem.weight.values)) if bias is None else torch.tensor(bias)
