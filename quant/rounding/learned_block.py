"""The nodes of a block in torch, with what is learned in them: roundings, biases and steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from onnx import NodeProto
from torch import Tensor

from quant.graph.layers import Layer
from quant.grid import Grid
from quant.rounding import ops
from quant.rounding.adaround import bias_of
from quant.rounding.codes import Learned, RoundedLayer
from quant.rounding.gptq import Started
from quant.rounding.problem import Problem
from quant.rounding.soft import Soft
from quant.rounding.streams import Streams, Swaps, swaps

BYTES_A_VALUE = 12  # itself, its gradient, and what a function keeps for it
Quantise = Callable[[str, Tensor], Tensor]


@dataclass(frozen=True)
class Member:
    """A layer of a block: its problem, and the answer found for it alone."""

    layer: Layer
    node: NodeProto
    problem: Problem
    best: RoundedLayer


class LearnedBlock:
    """A block between one input and one output, as it is being learned."""

    def __init__(
        self,
        members: Sequence[Member],
        starts: Mapping[str, Started],
        nodes: Sequence[NodeProto],
        streams: Streams,
        drop: float,
    ) -> None:
        self.members, self.nodes, self.streams, self.drop = members, nodes, streams, drop
        self.parts = [_Part(member, starts[member.problem.name]) for member in members]
        made = [name for node in nodes for name in node.output]
        read = {name for node in nodes for name in streams.network.data_inputs(node)}
        [self.source] = read - set(made)
        self.output = nodes[-1].output[0]
        # what passes a tensor on keeps its codes: only the first is rounded
        own = [n for n in made if n in streams.grids and n not in streams.placement.passed]
        self.grids = {name: streams.grids[name] for name in own}
        self.logs = {
            name: torch.zeros(()).requires_grad_() for name in own if self.grids[name].bits < 8
        }

    def parameters(self, rate: float, bias_rate: float, step_rate: float) -> list[dict[str, Any]]:
        """For an optimiser."""
        shifts = [part.shift for part in self.parts if part.member.problem.has_bias]
        given = [
            ([part.soft.logits for part in self.parts], rate),
            (shifts, bias_rate),
            (list(self.logs.values()), step_rate),
        ]
        return [{"params": values, "lr": lr} for values, lr in given if values]

    def answers(
        self, x: Tensor, draw: torch.Generator, sharp: float | None
    ) -> tuple[Tensor, Tensor]:
        """Of the block as it is now, and how undecided it is."""
        swapped: Swaps = {}
        undecided = torch.zeros(())
        for part in self.parts:
            share = part.soft.share()
            swapped |= self._swaps(part.member, part.weight(share), part.bias())
            if sharp is not None:
                undecided = undecided + part.soft.undecided(share, sharp)

        def quantise(name: str, value: Tensor) -> Tensor:
            grid = self.grids.get(name)
            if grid is None:
                return value
            if grid.bits == 8:  # fine enough: only its ends matter to learning
                return value.clamp(grid.low, grid.high)
            step = self.logs[name].exp() * grid.scale
            found = _rounded(value, step, grid, through=True)
            if not self.drop:
                return found
            keep = torch.rand(value.shape, generator=draw) < self.drop
            return torch.where(keep, value, found)

        return self._run(x, swapped, quantise), undecided

    @torch.no_grad()
    def error(self, option: Learned, x: Tensor, wanted: Tensor) -> float:
        """Mean squared error of the block's answers with these layers and grids in it."""
        swapped: Swaps = {}
        for member, layer in zip(self.members, option.layers, strict=True):
            weight = torch.tensor(layer.codes.dequantised())
            bias = None if layer.bias is None else torch.tensor(layer.bias)
            swapped |= self._swaps(member, weight, bias)
        grids = self.grids | option.grids

        def quantise(name: str, value: Tensor) -> Tensor:
            grid = grids.get(name)
            return value if grid is None else _rounded(value, torch.tensor(grid.scale), grid)

        return float((self._run(x, swapped, quantise) - wanted).square().mean())

    def learned(self) -> Learned:
        """What is decided."""
        grids = {}
        for name, log in self.logs.items():
            scale = np.float32(self.grids[name].scale * float(log.detach().exp()))
            grids[name] = replace(self.grids[name], scale=float(scale))
        return Learned([part.decided() for part in self.parts], grids)

    @torch.no_grad()
    def bytes_a_picture(self, one: Tensor) -> int:
        """Memory that a step takes for each of its pictures, of which `one` is the first."""
        made: list[int] = []

        def count(_: str, value: Tensor) -> Tensor:
            made.append(value.numel())
            return value

        self._run(one, {}, count)
        return max(1, BYTES_A_VALUE * sum(made))

    def _swaps(self, member: Member, weight: Tensor, bias: Tensor | None) -> Swaps:
        return swaps(member.layer, member.node, weight, bias, self.streams.network)

    def _run(self, x: Tensor, swapped: Swaps, quantise: Quantise) -> Tensor:
        constants, values = self.streams.constants, {self.source: x}
        for node in self.nodes:
            given: list[Tensor | None] = []
            for place in range(max(len(node.input), 3)):
                name = node.input[place] if place < len(node.input) else ""
                if (node.name, place) in swapped:
                    given.append(swapped[node.name, place])
                elif not name:
                    given.append(None)
                else:
                    given.append(constants[name] if name in constants else values[name])
            found = ops.run(node, given, self.streams.opsets)
            for name, value in zip(node.output, found, strict=False):
                values[name] = quantise(name, value)
        return values[self.output]


class _Part:
    """What is learned of one layer."""

    def __init__(self, member: Member, start: Started) -> None:
        self.member, self.soft = member, Soft(start, member.problem.book(start.levels))
        self.before = bias_of(member.problem, start.layer)
        self.spread = float(member.problem.rows.targets.std()) + 1e-6
        self.shift = torch.zeros_like(self.before).requires_grad_()

    def weight(self, share: Tensor) -> Tensor:
        return self.soft.weight(share).reshape(self.member.problem.weight.values.shape)

    def bias(self) -> Tensor | None:
        if not self.member.problem.has_bias:
            return None
        return self.before + self.shift * self.spread

    def decided(self) -> RoundedLayer:
        start, bias = self.soft.start, self.bias()
        codes = self.member.problem.codes(self.soft.codes(), start.scale, start.levels)
        return RoundedLayer(codes, None if bias is None else bias.detach().numpy())


def _rounded(value: Tensor, step: Tensor, grid: Grid, *, through: bool = False) -> Tensor:
    """On the levels of a grid; `through` lets gradients pass where nothing is clipped."""
    scaled = value / step
    codes = scaled + (scaled.round() - scaled).detach() if through else scaled.round()
    return codes.clamp(-grid.zero_point, grid.top - grid.zero_point) * step
