"""Learning a block as one: its roundings, biases and activation steps, from what it answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from onnx import NodeProto
from torch import Tensor

from quant.graph.layers import Layer
from quant.grid import Grid
from quant.rounding import ops
from quant.rounding.adaround import bias_of
from quant.rounding.codes import RoundedLayer
from quant.rounding.gptq import Started
from quant.rounding.problem import Problem
from quant.rounding.soft import Pressure, Soft
from quant.rounding.streams import Held, Streams

MOST_BYTES = 80_000_000  # of values that a step keeps for its gradients
HELD_BACK = 8  # one picture in so many judges what was learned from the others


@dataclass(frozen=True, slots=True)
class Schedule:
    """Steps of Adam, pictures a step, and rates.

    `drop` is the share of activations that are left in float at each step, at random.
    """

    steps: int = int(__import__("os").environ.get("STEPS", 200))
    pictures: int = 16
    rate: float = float(__import__("os").environ.get("RATE", 0.05))
    bias_rate: float = float(__import__("os").environ.get("BRATE", 0.003))
    step_rate: float = 0.002
    drop: float = 0.0
    pressure: Pressure = Pressure(float(__import__("os").environ.get("PRESS", 2.0)))


@dataclass(frozen=True)
class Member:
    """A layer of a block: its problem, and the answer found for it alone."""

    layer: Layer
    node: NodeProto
    problem: Problem
    best: RoundedLayer


@dataclass(frozen=True)
class Learned:
    """The layers of a block, in order, and its grids where their steps were learned."""

    layers: list[RoundedLayer]
    grids: dict[str, Grid]


def reconstruct(
    members: Sequence[Member],
    starts: Mapping[str, Started],
    nodes: Sequence[NodeProto],
    given: tuple[Held, Held],
    wanted: Held,
    streams: Streams,
    schedule: Schedule,
    seed: int,
) -> Learned:
    """Learn the layers of a block together against its float answers.

    Args:
        starts: where learning starts, by layer.
        nodes: of the block, with one input and one output.
        given: its input in the float and in the quantised run.
        wanted: its output in the float run.
    Source: Li et al., BRECQ, algorithm 1, arXiv:2102.05426; dropping as in Wei et al., QDrop,
    eq. 12, arXiv:2203.05740; steps as in Esser et al., LSQ, arXiv:1902.08153.
    """
    block = _Block(members, starts, nodes, streams, schedule)
    draw = torch.Generator().manual_seed(seed)
    plain, quantised = (_joined(held) for held in given)
    target = _joined(wanted)
    count = len(target)
    judges = max(1, count // HELD_BACK)
    many = min(schedule.pictures, block.most_pictures(plain[:1]), count - judges)
    if many < 1:
        return Learned([member.best for member in members], {})
    held = torch.arange(judges)
    seen, right = _value(quantised, held, given[1].grid), target[:judges].float()
    first = Learned([member.best for member in members], {})
    scale = 1 / (block.error(first, seen, right) + 1e-12)
    optimiser = torch.optim.Adam(block.parameters())
    for index in range(schedule.steps):
        chosen = torch.randint(judges, count, (many,), generator=draw)
        mixed = _channels_last(_value(quantised, chosen, given[1].grid))
        if schedule.drop:
            keep = torch.rand(mixed.shape, generator=draw) < schedule.drop
            mixed = torch.where(keep, plain[chosen].float(), mixed)
        shares = [soft.share() for soft in block.soft]
        answers = block.answers(mixed, shares, draw)
        loss = (answers - target[chosen].float()).square().mean() * scale
        sharp = schedule.pressure.sharp(index / schedule.steps)
        if sharp is not None:
            pairs = zip(block.soft, shares, strict=True)
            undecided = torch.stack([soft.undecided(share, sharp) for soft, share in pairs])
            loss = loss + schedule.pressure.weight * undecided.sum()
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    options = [first, block.learned()]
    errors = [block.error(option, seen, right) for option in options]
    import os  # DEBUG
    if os.environ.get("DEBUG_BLOCK"):
        tr = torch.arange(judges, min(judges * 2, count)); x2 = _value(quantised, tr, given[1].grid); w2 = target[judges:judges*2].float()
        print(f"   held {errors[0]*scale:.5f} -> {errors[1]*scale:.5f}  seen {block.error(options[0], x2, w2)*scale:.5f} -> {block.error(options[1], x2, w2)*scale:.5f} soft {float(block.answers(x2, [q.share() for q in block.soft], torch.Generator()).sub(w2).square().mean())*scale:.5f} undecided {float(torch.stack([((q.share()>.01)&(q.share()<.99)).float().mean() for q in block.soft]).mean()):.3f} n {many}", {k: round(float(v.exp()),3) for k,v in block.logs.items()}, flush=True)
    return options[int(np.argmin(errors))]


class _Block:
    """The nodes of a block with what is learned in it."""

    def __init__(
        self,
        members: Sequence[Member],
        starts: Mapping[str, Started],
        nodes: Sequence[NodeProto],
        streams: Streams,
        schedule: Schedule,
    ) -> None:
        self.members, self.nodes, self.streams, self.schedule = members, nodes, streams, schedule
        self.soft = [Soft(starts[member.problem.name]) for member in members]
        self.biases = [
            bias_of(member.problem, starts[member.problem.name].layer) for member in members
        ]
        self.spread = [member.problem.rows.targets.std() + 1e-6 for member in members]
        self.shifts = [torch.zeros_like(bias).requires_grad_() for bias in self.biases]
        made = [name for node in nodes for name in node.output]
        self.output = nodes[-1].output[0]
        [self.source] = {
            name for node in nodes for name in streams.network.data_inputs(node)
        } - set(made)
        # what passes a tensor on keeps its codes: only the first is rounded
        own = [
            name for name in made if name in streams.grids and name not in streams.placement.passed
        ]
        self.grids = {name: streams.grids[name] for name in own}
        self.learns = [n for n, grid in self.grids.items() if grid.bits < 8 and schedule.step_rate]
        self.logs = {name: torch.zeros(()).requires_grad_() for name in self.learns}

    def parameters(self) -> list[dict[str, object]]:
        has_bias = [m.problem.has_bias for m in self.members]
        shifts = [s for s, has in zip(self.shifts, has_bias, strict=True) if has]
        groups: list[dict[str, object]] = [
            {"params": [soft.logits for soft in self.soft], "lr": self.schedule.rate}
        ]
        if shifts:
            groups.append({"params": shifts, "lr": self.schedule.bias_rate})
        if self.logs:
            groups.append({"params": list(self.logs.values()), "lr": self.schedule.step_rate})
        return groups

    def answers(self, x: Tensor, shares: Sequence[Tensor], draw: torch.Generator | None) -> Tensor:
        """Of the block as it is now, softly rounded."""
        swapped: dict[tuple[str, int], Tensor] = {}
        rows = zip(self.members, self.soft, shares, self.biases, self.shifts, self.spread)
        for member, soft, share, bias, shift, spread in rows:
            weight = soft.weight(share).reshape(member.problem.weight.values.shape)
            swapped |= self._swapped(member, weight, bias + shift * spread)
        return self._run(x, swapped, self._learned_step, draw)

    @torch.no_grad()
    def error(self, option: Learned, x: Tensor, wanted: Tensor) -> float:
        """Mean squared error with these layers in the block."""
        swapped: dict[tuple[str, int], Tensor] = {}
        for member, layer in zip(self.members, option.layers, strict=True):
            bias = bias_of(member.problem, layer)
            weight = torch.tensor(layer.codes.dequantised())
            swapped |= self._swapped(member, weight, bias)
        grids = self.grids | option.grids

        def step(name: str) -> tuple[Grid, Tensor] | None:
            return (grids[name], torch.tensor(grids[name].scale)) if name in grids else None

        answers = self._run(x, swapped, step, None)
        return float((answers - wanted).square().mean())

    def learned(self) -> Learned:
        """The hard decisions."""
        layers = []
        rows = zip(self.members, self.soft, self.biases, self.shifts, self.spread)
        for member, soft, bias, shift, spread in rows:
            codes = member.problem.codes(soft.codes(), soft.start.scale, soft.start.levels)
            whole = (bias + shift.detach() * spread).numpy() if member.problem.has_bias else None
            layers.append(RoundedLayer(codes, whole))
        return Learned(layers, {name: self._grid(name) for name in self.learns})

    def most_pictures(self, one: Tensor) -> int:
        """How many pictures a step can take: every value is kept for its gradient, some twice."""
        with torch.no_grad():
            sizes = [soft.logits.numel() for soft in self.soft]
            made: list[int] = []
            self._run(one.float(), {}, lambda name: None, None, made)
        return max(1, (MOST_BYTES - 40 * sum(sizes)) // (12 * max(sum(made), 1)))

    def _swapped(
        self, member: Member, weight: Tensor, bias: Tensor
    ) -> dict[tuple[str, int], Tensor]:
        layer, node = member.layer, member.node
        placed = {(node.name, 1): weight.movedim(0, layer.channel_axis)}
        if not member.problem.has_bias:
            return placed
        adding = self.streams.network.only_consumer(layer.output) if layer.added else None
        if adding is not None:
            placed[adding.name, list(adding.input).index(layer.added)] = bias
        else:
            placed[node.name, 2] = bias
        return placed

    def _learned_step(self, name: str) -> tuple[Grid, Tensor] | None:
        grid = self.grids.get(name)
        if grid is None:
            return None
        step = torch.tensor(grid.scale)
        return grid, step * self.logs[name].exp() if name in self.logs else step

    def _grid(self, name: str) -> Grid:
        scale = float(np.float32(self.grids[name].scale * float(self.logs[name].detach().exp())))
        return replace(self.grids[name], scale=scale)

    def _run(self, x, swapped, step, draw, made=None):  # type: ignore[no-untyped-def]
        network, constants = self.streams.network, self.streams.constants
        values = {self.source: x}
        for node in self.nodes:
            given = []
            for place in range(max(len(node.input), 3)):
                name = node.input[place] if place < len(node.input) else ""
                if (node.name, place) in swapped:
                    given.append(swapped[node.name, place])
                elif not name:
                    given.append(None)
                else:
                    given.append(constants[name] if network.is_constant(name) else values[name])
            for name, value in zip(node.output, ops.run(node, given, self.streams.opsets)):
                if made is not None:
                    made.append(value.numel())
                found = step(name)
                values[name] = value if found is None else self._quantised(value, *found, draw)
        return values[self.output]

    def _quantised(
        self, value: Tensor, grid: Grid, step: Tensor, draw: torch.Generator | None
    ) -> Tensor:
        if grid.bits == 8 and draw is not None:  # fine enough: only its ends matter to learning
            return value.clamp(grid.low, grid.high)
        scaled = value / step
        codes = scaled + (scaled.round() - scaled).detach()
        found = codes.clamp(-grid.zero_point, grid.top - grid.zero_point) * step
        if self.schedule.drop and draw is not None:
            keep = torch.rand(value.shape, generator=draw) < self.schedule.drop
            found = torch.where(keep, value, found)
        return found


def _channels_last(values: Tensor) -> Tensor:
    """Several times as fast to differentiate, where a convolution is depthwise."""
    return values.contiguous(memory_format=torch.channels_last) if values.ndim == 4 else values


def _joined(held: Held) -> Tensor:
    """All pictures of a tensor, in the type in which it is held."""
    return torch.cat(held.batches)


def _value(values: Tensor, chosen: Tensor, grid: Grid | None) -> Tensor:
    taken = values[chosen].float()
    return taken if grid is None else (taken - grid.zero_point) * grid.scale


Swapped = Mapping[tuple[str, int], Tensor]
