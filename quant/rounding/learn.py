"""Layer by layer through a network, each rounded against the inputs that it will really have."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

import torch
from onnx import NodeProto

from quant.graph.prepared import Prepared
from quant.grid import Grid
from quant.lower.placement import Placement
from quant.rounding import ops
from quant.rounding.adaround import round_adaround
from quant.rounding.blocks import Block, blocks_of
from quant.rounding.codes import Learned, Rounded, RoundedLayer, Weight
from quant.rounding.fitting import most_pictures
from quant.rounding.gptq import Started, best_of, round_corrected, round_gptq, started
from quant.rounding.learned_block import Member
from quant.rounding.pace import Pace
from quant.rounding.pose import pose
from quant.rounding.problem import Problem
from quant.rounding.reconstruct import Schedule, reconstruct
from quant.rounding.source import Source
from quant.rounding.streams import Streams, swaps
from quant.trim import trim

Solve = Callable[[Problem], RoundedLayer]
SOLVERS: dict[str, Solve] = {
    "equalize": round_corrected,
    "gptq": round_gptq,
    "adaround": round_adaround,
}
BLOCKWISE = {"brecq": Schedule(), "qdrop": Schedule(drop=0.5)}


def learn(
    prepared: Prepared,
    weights: Mapping[str, Weight],
    grids: Mapping[str, Grid],
    placement: Placement,
    method: str,
    source: Source,
) -> Rounded:
    """Round every layer of `weights`, first to last; finished ones are kept as they come.

    `source.progress` may raise to stop: what is finished is then found again.
    """
    torch.set_num_threads(source.threads)
    count = min(source.count, most_pictures(prepared))
    # no name for the pictures: they would stay in float beside what the streams hold
    streams = Streams(
        prepared.network, grids, [torch.tensor(one) for one in source.pictures(count)], placement
    )
    return _Run(prepared, weights, streams, method, source).whole()


class _Run:
    """One pass through the network, block by block."""

    def __init__(
        self,
        prepared: Prepared,
        weights: Mapping[str, Weight],
        streams: Streams,
        method: str,
        source: Source,
    ) -> None:
        self.weights, self.streams, self.source = weights, streams, source
        self.nodes = streams.network.nodes
        self.layers = {one.node: one for one in prepared.layers if one.name in weights}
        self.solve = SOLVERS.get(method, round_adaround)
        self.schedule = BLOCKWISE.get(method)
        self.numbers = {
            node.name: i for i, node in enumerate(n for n in self.nodes if n.name in self.layers)
        }
        costs = [self.layers[name] for name in self.numbers]
        self.pace = Pace(method, costs, source.progress)

    def whole(self) -> Rounded:
        found: dict[str, RoundedLayer] = {}
        learned: dict[str, Grid] = {}
        blocks = self._blocks()
        self.streams.advance(self.nodes[: blocks[0].start] if blocks else [])
        for block in blocks:
            inside = [n for n in self.nodes[block.start : block.end] if n.name in self.layers]
            solved = self._block(block, inside)
            for node, rounded in zip(inside, solved.layers, strict=True):
                found[self.layers[node.name].name] = rounded
            learned |= solved.grids
        return Rounded(found, next(iter(self.weights.values())).scales, learned)

    def _blocks(self) -> tuple[Block, ...]:
        """For a method that looks at layers alone, from each to the next."""
        network = self.streams.network
        if self.schedule is not None:
            return blocks_of(network, self.layers)
        starts = [i for i, node in enumerate(self.nodes) if node.name in self.layers]
        ends = [*starts[1:], len(self.nodes)]
        pairs = zip(starts, ends, strict=True)
        return tuple(Block(start, end, "", "", 1, is_whole=False) for start, end in pairs)

    def _block(self, block: Block, inside: Sequence[NodeProto]) -> Learned:
        nodes, streams = self.nodes[block.start : block.end], self.streams
        if not inside:
            streams.advance(nodes)
            return Learned([], {})
        number = self.numbers[inside[0].name]
        weights = [self.weights[self.layers[node.name].name] for node in inside]
        kept = self.source.checkpoint.load(number, [w.values.shape for w in weights])
        self.pace.begins(number, len(inside), is_kept=kept is not None)
        if kept is not None:
            self._take(block, nodes, inside, kept)
            return kept
        found = self._found(block, nodes, inside)
        self.source.checkpoint.keep(number, found.layers, found.grids)
        trim()
        return found

    def _take(
        self, block: Block, nodes: Sequence[NodeProto], inside: Sequence[NodeProto], kept: Learned
    ) -> None:
        """Go on behind a finished block in the steps in which it was found: what is held between
        them is rounded to float16, and the next codes are to be the same to the last."""
        given = self.streams.hold(block.source) if self._learns(block, nodes) else None
        self._swap_all(inside, kept)
        self.streams.regrid(kept.grids)
        for part in self._parts(nodes):
            self.streams.advance(part)
        if given is not None:
            self._swap_all(inside, kept)
            self.streams.redo(nodes, block.source, given[1])

    def _learns(self, block: Block, nodes: Sequence[NodeProto]) -> bool:
        """Whether this block is learned as one."""
        return self.schedule is not None and block.is_whole and all(map(ops.has_gradient, nodes))

    def _parts(self, nodes: Sequence[NodeProto]) -> list[Sequence[NodeProto]]:
        """What comes before the first layer, and each layer with what follows it."""
        starts = [i for i, node in enumerate(nodes) if node.name in self.layers]
        bounds = [0, *starts, len(nodes)]
        return [nodes[a:b] for a, b in pairwise(bounds)]

    def _one_by_one(
        self, nodes: Sequence[NodeProto], inside: Sequence[NodeProto], solve: Solve
    ) -> list[Member]:
        """Each layer against the inputs that the ones before it leave; streams go to the end."""
        before, *parts = self._parts(nodes)
        self.streams.advance(before)
        members = []
        for node, part in zip(inside, parts, strict=True):
            layer = self.layers[node.name]
            seed = self.source.seed + self.numbers[node.name]
            problem = pose(layer, node, self.weights[layer.name], self.streams, seed)
            best = solve(problem)
            members.append(Member(layer, node, problem, best))
            self._swap(node, best)
            self.streams.advance(part)
        return members

    def _found(
        self, block: Block, nodes: Sequence[NodeProto], inside: Sequence[NodeProto]
    ) -> Learned:
        """Together where the method does so and the block allows it, one by one elsewhere."""
        if self.schedule is None or not self._learns(block, nodes):
            members = self._one_by_one(nodes, inside, self.solve)
            return Learned([member.best for member in members], {})
        given = self.streams.hold(block.source)
        starts: dict[str, Started] = {}

        def solve(problem: Problem) -> RoundedLayer:
            starts[problem.name] = start = started(problem)
            return best_of(problem, start.layer)

        members = self._one_by_one(nodes, inside, solve)
        wanted = self.streams.float[block.output]
        seed = self.source.seed + self.numbers[inside[0].name]
        found = reconstruct(
            members, starts, nodes, given, wanted, self.streams, self.schedule, seed
        )
        self._swap_all(inside, found)
        self.streams.regrid(found.grids)
        self.streams.redo(nodes, block.source, given[1])
        return found

    def _swap_all(self, inside: Sequence[NodeProto], found: Learned) -> None:
        for node, rounded in zip(inside, found.layers, strict=True):
            self._swap(node, rounded)

    def _swap(self, node: NodeProto, rounded: RoundedLayer) -> None:
        """Let the quantised run go on with a rounded layer."""
        weight = torch.tensor(rounded.codes.dequantised())
        bias = None if rounded.bias is None else torch.tensor(rounded.bias)
        layer, network = self.layers[node.name], self.streams.network
        for (name, place), value in swaps(layer, node, weight, bias, network).items():
            self.streams.swap(name, place, value)
