"""Which codes each input of a layer may have, as torch asks for them."""

from __future__ import annotations

import torch
from torch import Tensor

from quant.rounding.levels import Levels
from quant.rounding.shares import Steps, table


class Book:
    """Levels, times the shares of inputs where these have some.

    `inputs` says, for values in steps of their scale, which input each of them belongs to: a
    number, or a tensor that broadcasts to the values.
    """

    def __init__(self, levels: Levels, shares: Steps | None = None) -> None:
        self.levels = levels
        self.own: Tensor | None = None
        self.codes = torch.tensor(levels.codes, dtype=torch.float32)
        self.middles = torch.tensor(levels.middles)
        if shares is not None:
            rows = torch.tensor(shares.reshape(-1).astype("int64"))
            self.own = torch.tensor(table(levels), dtype=torch.float32)[rows]  # (in, levels)
            self.between = (self.own[:, 1:] + self.own[:, :-1]) / 2

    def nearest(self, steps: Tensor, inputs: Tensor | int) -> Tensor:
        """Codes."""
        if self.levels.is_even:
            return torch.round(steps).clamp(self.levels.low, self.levels.high)
        return self._code(self._index(steps, inputs), inputs)

    def two_nearest(self, steps: Tensor, inputs: Tensor | int) -> tuple[Tensor, Tensor]:
        """The two nearest codes (..., 2), and which of them exist."""
        index = self._index(steps, inputs)
        near = self._code(index, inputs)
        other = torch.where(steps > near, index + 1, index - 1)
        there = (other >= 0) & (other < len(self.codes))
        second = self._code(other.clamp(0, len(self.codes) - 1), inputs)
        exist = torch.stack([torch.ones_like(there), there], -1)
        return torch.stack([near, second], -1), exist

    def around(self, codes: Tensor, steps: Tensor, inputs: Tensor) -> tuple[Tensor, Tensor]:
        """The lower of the two neighbouring codes to choose from, and the distance of the other.

        One is the code that was found first; the other lies on the side of the exact value.
        """
        index = self._index(codes, inputs)
        index = torch.where(codes > steps, index - 1, index).clamp(0, len(self.codes) - 2)
        lower = self._code(index, inputs)
        return lower, self._code(index + 1, inputs) - lower

    def _index(self, steps: Tensor, inputs: Tensor | int) -> Tensor:
        if self.own is None:
            return torch.bucketize(steps.contiguous(), self.middles)
        return (steps[..., None] > self.between[inputs]).sum(-1)

    def _code(self, index: Tensor, inputs: Tensor | int) -> Tensor:
        if self.own is None:
            return self.codes[index]
        if isinstance(inputs, int):
            return self.own[inputs][index]
        return self.own[inputs.expand_as(index), index]
