"""What a method that looks at layer inputs is given, and the steps that such methods share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from quant.rounding.codes import Codes, RoundedLayer, Weight
from quant.rounding.levels import Levels
from quant.rounding.mse import search
from quant.rounding.rows import Rows
from quant.rounding.scales import Floats

Tail = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Problem:
    """One layer: its weight (out, *in), bias (out,) or None, and rows of its inputs.

    `tail` is the activation function behind the layer, on (groups, rows, out); `has_bias` says
    whether the file has a place for a corrected bias. `draw` seeds what is random.
    """

    name: str
    weight: Weight
    bias: Floats | None
    groups: int
    rows: Rows
    tail: Tail
    has_bias: bool
    draw: int

    @property
    def matrix(self) -> Tensor:
        """The weight as (groups, out, in)."""
        values = torch.tensor(self.weight.values)
        return values.reshape(self.groups, len(values) // self.groups, -1)

    def codes(self, values: Tensor, scale: Floats, levels: Levels) -> Codes:
        """Codes from (groups, out, in) back to the weight's shape."""
        shaped = values.reshape(self.weight.values.shape).numpy()
        return Codes(np.rint(shaped).astype(np.int8), scale, levels)


def varying(problem: Problem) -> Tensor:
    """The inputs (groups, rows, in) less their mean, which a corrected bias makes up for."""
    inputs = problem.rows.inputs
    return inputs - inputs.mean(1, keepdim=True) if problem.has_bias else inputs


def moments_of(inputs: Tensor) -> Tensor:
    """Second moments (groups, in, in) of rows (groups, rows, in)."""
    return inputs.transpose(1, 2) @ inputs / inputs.shape[1]


def ridged(moments: Tensor, ridge: float) -> Tensor:
    """Moments with `ridge` times their diagonal added: how little the rest is believed."""
    diagonal = torch.diagonal(moments, dim1=1, dim2=2)
    floor = 1e-4 * diagonal.mean(1, keepdim=True) + 1e-12
    return moments + torch.diag_embed(ridge * diagonal + floor)


def scales_for(problem: Problem, matrix: Tensor) -> tuple[Floats, Levels]:
    """The search of `mse`, with each weight's error weighed by the power of its input."""
    power = varying(problem).square().mean(1)  # (groups, in)
    power = power + 0.01 * power.mean(1, keepdim=True) + 1e-12
    importance = power[:, None, :].expand_as(matrix).reshape(problem.weight.values.shape)
    values = matrix.reshape(problem.weight.values.shape).numpy()
    return search(replace(problem.weight, values=values), importance.numpy())


def corrected(problem: Problem, codes: Codes) -> RoundedLayer:
    """Codes, with the bias that gives every output channel its float mean.

    Source: Nagel et al., arXiv:1906.04721, section 4.2, from calibration pictures.
    """
    if not problem.has_bias or problem.rows.count < 2:
        return RoundedLayer(codes)
    matrix = torch.tensor(codes.dequantised()).reshape(problem.matrix.shape)
    bias = torch.zeros(len(problem.weight.values))
    if problem.bias is not None:
        bias = torch.tensor(problem.bias)
    answers = problem.rows.inputs @ matrix.transpose(1, 2)
    answers = answers + bias.reshape(problem.groups, 1, -1)
    shift = (problem.rows.targets - answers).mean(1).reshape(-1)
    return RoundedLayer(codes, (bias + shift).numpy())


def error_of(problem: Problem, given: RoundedLayer) -> float:
    """Mean squared error of the layer's answers behind its activation, on the rows."""
    matrix = torch.tensor(given.codes.dequantised()).reshape(problem.matrix.shape)
    answers = problem.rows.inputs @ matrix.transpose(1, 2)
    bias = problem.bias if given.bias is None else given.bias
    if bias is not None:
        answers = answers + torch.tensor(bias).reshape(problem.groups, 1, -1)
    wanted = problem.tail(problem.rows.targets)
    return float((problem.tail(answers) - wanted).square().mean())
