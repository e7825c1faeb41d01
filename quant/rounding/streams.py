"""The network over all calibration pictures, twice and in step: in float, and as quantised so far.

Node after node, and only what a later node still reads is kept, so that every layer meets the
inputs that it will have in the file, and the network runs once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from onnx import NodeProto
from torch import Tensor

from quant.graph.layers import Layer
from quant.graph.network import Network
from quant.grid import Grid
from quant.lower.placement import Placement
from quant.rounding import ops
from quant.rounding.constants import Constants

LARGEST_HALF = 6e4  # of float16, in which intermediate values are kept where they fit
Swaps = dict[tuple[str, int], Tensor]  # by node and input


@dataclass(frozen=True)
class Held:
    """A tensor over all pictures, a batch an item: float16 or float32, or codes of `grid`."""

    batches: list[Tensor]
    grid: Grid | None = None

    def batch(self, index: int) -> Tensor:
        """One batch in float32; numbers that are not floats stay as they are."""
        values = self.batches[index]
        if self.grid is not None:
            return (values.float() - self.grid.zero_point) * self.grid.scale
        return values.float() if values.is_floating_point() else values


class Streams:
    """Both runs of the network, as far as `advance` has taken them.

    `swap` puts a layer's rounded weight, or a corrected bias, into the quantised run.
    """

    def __init__(
        self,
        network: Network,
        grids: Mapping[str, Grid],
        batches: Sequence[Tensor],
        placement: Placement,
    ) -> None:
        [source] = network.inputs
        self.network, self.grids, self.count = network, dict(grids), len(batches)
        self.placement = placement
        self.opsets = list(network.model.opset_import)
        self.constants = Constants(network)
        self.float: dict[str, Held] = {source: Held([_small(values) for values in batches])}
        self.quantised: dict[str, Held] = {}
        grid = self.grids.get(source)
        self.quantised[source] = Held([_packed(values, grid) for values in batches], grid)
        self.swapped: Swaps = {}
        self._left = Counter(name for node in network.nodes for name in node.input if name)

    def swap(self, node: str, index: int, value: Tensor) -> None:
        """Let the quantised run read `value` as input `index` of a node."""
        self.swapped[node, index] = value

    def regrid(self, learned: Mapping[str, Grid]) -> None:
        """Take these grids from here on, also for tensors that are only passed on."""
        self.grids |= learned
        self.grids |= self.placement.passed_on(self.grids)

    def hold(self, name: str) -> tuple[Held, Held]:
        """A tensor in the float and in the quantised run, to be kept beyond its last reader."""
        return self.float[name], self.quantised[name]

    @torch.no_grad()
    def redo(self, nodes: Sequence[NodeProto], source: str, given: Held) -> None:
        """Run nodes again in the quantised run, from `source`, after a change within them."""
        stream = {**self.quantised, source: given}
        kept = [name for node in nodes for name in node.output if name in self.quantised]
        self._over(nodes, stream, self.swapped, kept, self.quantised)
        self._forget(nodes)

    @torch.no_grad()
    def advance(self, nodes: Sequence[NodeProto]) -> None:
        """Run these nodes over every batch, in both runs, and forget what nobody reads any more."""
        kept = self._read_later(nodes)
        for stream, swapped in ((self.float, {}), (self.quantised, self.swapped)):
            self._over(nodes, stream, swapped, kept, stream)
        for name in [name for name in self.float if self._left[name] <= 0]:
            if name not in self.network.outputs:
                del self.float[name], self.quantised[name]
        self._forget(nodes)

    def _forget(self, nodes: Sequence[NodeProto]) -> None:
        """What was put into nodes that have run: all rounded weights weigh as much as a network."""
        done = {node.name for node in nodes}
        for place in [place for place in self.swapped if place[0] in done]:
            del self.swapped[place]

    def _over(
        self,
        nodes: Sequence[NodeProto],
        stream: Mapping[str, Held],
        swapped: Swaps,
        kept: Sequence[str],
        into: dict[str, Held],
    ) -> None:
        """Run nodes over every batch; `kept` of what they make goes `into` its run."""
        grids = self.grids if into is self.quantised else {}
        batches: dict[str, list[Tensor]] = {name: [] for name in kept}
        constants = self.constants.read_by(nodes)
        for index in range(self.count):
            made: dict[str, Tensor] = dict(constants)
            for node in nodes:
                self._run(node, stream, index, made, swapped, grids)
            for name in kept:
                batches[name].append(_packed(made[name], grids.get(name)))
        for name, values in batches.items():
            into[name] = Held(values, grids.get(name))

    def _read_later(self, nodes: Sequence[NodeProto]) -> list[str]:
        """Count what these nodes read; what of their outputs others read."""
        for node in nodes:
            for name in node.input:
                self._left[name] -= bool(name)
        made = [name for node in nodes for name in node.output if name]
        return [
            name for name in made if self._left.get(name, 0) > 0 or name in self.network.outputs
        ]

    def _run(
        self,
        node: NodeProto,
        stream: Mapping[str, Held],
        index: int,
        made: dict[str, Tensor],
        swapped: Swaps,
        grids: Mapping[str, Grid],
    ) -> None:
        given: list[Tensor | None] = []
        for place in range(len(node.input) + 1):
            name = node.input[place] if place < len(node.input) else ""
            if (node.name, place) in swapped:
                given.append(swapped[node.name, place])
            elif not name:
                given.append(None)
            else:
                if name not in made:
                    made[name] = stream[name].batch(index)
                given.append(made[name])
        for name, value in zip(node.output, ops.run(node, given, self.opsets), strict=False):
            grid = grids.get(name)
            made[name] = value if grid is None else fake(value, grid)


def swaps(
    layer: Layer, node: NodeProto, weight: Tensor, bias: Tensor | None, network: Network
) -> Swaps:
    """What takes the place of which input of which node, for a rounded layer.

    Args:
        weight: (out, *in); `bias` (out,), or None to leave the one there is.
    """
    placed = {(node.name, 1): weight.movedim(0, layer.channel_axis)}
    if bias is None:
        return placed
    adding = network.only_consumer(layer.output) if layer.added else None
    if adding is None:
        return placed | {(node.name, 2): bias}
    return placed | {(adding.name, list(adding.input).index(layer.added)): bias}


def _packed(values: Tensor, grid: Grid | None) -> Tensor:
    return _small(values) if grid is None else codes_of(values, grid)


def fake(values: Tensor, grid: Grid) -> Tensor:
    """Values rounded to the levels of a grid, in float32."""
    steps = torch.round(values / grid.scale)
    return steps.clamp_(-grid.zero_point, grid.top - grid.zero_point).mul_(grid.scale)


def codes_of(values: Tensor, grid: Grid) -> Tensor:
    """uint8 levels of a grid."""
    steps = torch.round(values / grid.scale) + grid.zero_point
    return torch.clamp(steps, 0, grid.top).to(torch.uint8)


def _small(values: Tensor) -> Tensor:
    """float16 where all values fit: half the memory, and far finer than any grid here."""
    if values.dtype != torch.float32 or not values.numel():
        return values
    return values.half() if float(values.abs().max()) < LARGEST_HALF else values
