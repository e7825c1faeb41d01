"""Learning a block as one: its roundings, biases and activation steps, from what it answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import torch
from onnx import NodeProto
from torch import Tensor

from quant.rounding.codes import Learned
from quant.rounding.gptq import Started
from quant.rounding.learned_block import LearnedBlock, Member
from quant.rounding.soft import Pressure
from quant.rounding.streams import Held, Streams

MOST_BYTES = 80_000_000  # of values that a step keeps for its gradients
HELD_BACK = 8  # one picture in so many judges what was learned from the others


@dataclass(frozen=True, slots=True)
class Schedule:
    """Steps of Adam, pictures a step, and rates.

    `drop` is the share of activations that are left in float at each step, at random.
    """

    steps: int = 600
    pictures: int = 16
    rate: float = 0.05
    bias_rate: float = 0.003  # in standard deviations of the layer's answers
    step_rate: float = 0.002  # of the logarithm of an activation's step
    drop: float = 0.0
    pressure: Pressure = field(default_factory=Pressure)


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

    Ends at what it began with where that answers pictures better that were held back.

    Args:
        starts: where learning starts, by layer.
        nodes: of the block, with one input and one output.
        given: its input in the float and in the quantised run.
        wanted: its output in the float run.
    Source: Li et al., BRECQ, algorithm 1, arXiv:2102.05426; dropping as in Wei et al., QDrop,
    eq. 12, arXiv:2203.05740; steps as in Esser et al., LSQ, arXiv:1902.08153.
    """
    block = LearnedBlock(members, starts, nodes, streams, schedule.drop)
    first = Learned([member.best for member in members], {})
    pictures = _Pictures(given, wanted)
    many = min(schedule.pictures, MOST_BYTES // block.bytes_a_picture(pictures.one()))
    if pictures.count - pictures.judges < 1:
        return first
    before = block.error(first, *pictures.held_back())
    draw = torch.Generator().manual_seed(seed)
    optimiser = torch.optim.Adam(
        block.parameters(schedule.rate, schedule.bias_rate, schedule.step_rate)
    )
    for index in range(schedule.steps):
        x, right = pictures.drawn(max(many, 1), schedule.drop, draw)
        answers, undecided = block.answers(x, draw, schedule.pressure.sharp(index / schedule.steps))
        loss = (answers - right).square().mean() / (before + 1e-12)
        loss = loss + schedule.pressure.weight * undecided
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    learned = block.learned()
    return learned if block.error(learned, *pictures.held_back()) < before else first


class _Pictures:
    """What goes into a block in both runs, and what came out in float, picture by picture."""

    def __init__(self, given: tuple[Held, Held], wanted: Held) -> None:
        self.plain, self.quantised = (torch.cat(held.batches) for held in given)
        self.wanted, self.grid = torch.cat(wanted.batches), given[1].grid
        self.count = len(self.wanted)
        self.judges = max(1, self.count // HELD_BACK)

    def one(self) -> Tensor:
        return self.plain[:1].float()

    def held_back(self) -> tuple[Tensor, Tensor]:
        """Quantised inputs and float answers of the pictures that judge."""
        chosen = torch.arange(self.judges)
        return self._seen(chosen), self.wanted[chosen].float()

    def drawn(self, many: int, drop: float, draw: torch.Generator) -> tuple[Tensor, Tensor]:
        """The same of others; a share `drop` of the input's values is as in the float run."""
        chosen = self.judges + torch.randperm(self.count - self.judges, generator=draw)[:many]
        x = self._seen(chosen)
        if drop:
            keep = torch.rand(x.shape, generator=draw) < drop
            x = torch.where(keep, self.plain[chosen].float(), x)
        if x.ndim == 4:  # several times as fast to differentiate, where it is depthwise
            x = x.contiguous(memory_format=torch.channels_last)
        return x, self.wanted[chosen].float()

    def _seen(self, chosen: Tensor) -> Tensor:
        taken = self.quantised[chosen].float()
        return taken if self.grid is None else (taken - self.grid.zero_point) * self.grid.scale
