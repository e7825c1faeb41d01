"""What a method that looks at layer inputs is given, and the steps that such methods share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from quant.rounding.book import Book
from quant.rounding.codes import Codes, RoundedLayer, Weight
from quant.rounding.levels import Levels
from quant.rounding.rows import Rows
from quant.rounding.scales import Floats

Tail = Callable[[Tensor], Tensor]
JUDGING = 4_096  # rows tell one rounding from another


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

    def book(self, levels: Levels) -> Book:
        """Which codes each input may have."""
        return Book(levels, self.weight.shares)

    def with_values(self, matrix: Tensor) -> Weight:
        """The weight with other values (groups, out, in)."""
        return replace(self.weight, values=self.shaped(matrix))

    def shaped(self, values: Tensor) -> Floats:
        """(groups, out, in) in the weight's shape."""
        return np.ascontiguousarray(values.reshape(self.weight.values.shape).numpy())

    def codes(self, values: Tensor, scale: Floats, levels: Levels) -> Codes:
        """Codes from (groups, out, in) in the weight's shape."""
        found = np.rint(self.shaped(values)).astype(np.int8)
        return Codes(found, scale, levels, self.weight.shares)


def varying(problem: Problem) -> Tensor:
    """The inputs (groups, rows, in) less their mean, which a corrected bias makes up for."""
    inputs = problem.rows.inputs
    return inputs - inputs.mean(1, keepdim=True) if problem.has_bias else inputs


def corrected(problem: Problem, codes: Codes) -> RoundedLayer:
    """Codes, with the bias that gives every output channel its float mean.

    Source: Nagel et al., arXiv:1906.04721, section 4.2, from calibration pictures.
    """
    if not problem.has_bias or problem.rows.count < 2:
        return RoundedLayer(codes)
    matrix = torch.tensor(codes.dequantised()).reshape(problem.matrix.shape)
    given = problem.rows.inputs.mean(1, keepdim=True) @ matrix.transpose(1, 2)
    wanted = problem.rows.targets.mean(1, keepdim=True)
    return RoundedLayer(codes, (wanted - given).reshape(-1).numpy())


def error_of(problem: Problem, given: RoundedLayer) -> float:
    """Mean squared error of the layer's answers behind its activation, on some of the rows."""
    matrix = torch.tensor(given.codes.dequantised()).reshape(problem.matrix.shape)
    some = slice(None, None, max(1, problem.rows.count // JUDGING))
    answers = problem.rows.inputs[:, some] @ matrix.transpose(1, 2)
    bias = problem.bias if given.bias is None else given.bias
    if bias is not None:
        answers = answers + torch.tensor(bias).reshape(problem.groups, 1, -1)
    wanted = problem.tail(problem.rows.targets[:, some])
    return float((problem.tail(answers) - wanted).square().mean())
