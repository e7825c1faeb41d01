"""Layer by layer through a network, each rounded against the inputs that it will really have."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import torch
from onnx import NodeProto
from torch import Tensor

from quant.graph.fold import shapes_of
from quant.graph.gelu import gelus
from quant.graph.layers import Layer
from quant.graph.network import Network
from quant.graph.prepared import Prepared
from quant.grid import Grid
from quant.lower.lowering import bias_of
from quant.lower.placement import ABSORBED_OPS, Placement
from quant.lower.weights import as_stored
from quant.rounding import ops
from quant.rounding.adaround import round_adaround
from quant.rounding.codes import Rounded, RoundedLayer, Weight
from quant.rounding.blocks import Block, blocks_of
from quant.rounding.gptq import Started, best_of, round_gptq, started
from quant.rounding.problem import Problem
from quant.rounding.reconstruct import Member, Schedule, reconstruct
from quant.rounding.rows import sample
from quant.rounding.source import Progress, Source
from quant.rounding.streams import Streams

Solve = Callable[[Problem], RoundedLayer]
SOLVERS: dict[str, Solve] = {"gptq": round_gptq, "adaround": round_adaround}
BLOCKWISE = {"brecq": Schedule(), "qdrop": Schedule(drop=0.5)}
MOST_BYTES = 2_000_000_000  # of activations that are held at a time
BYTES_A_VALUE = 3  # float16 in one run and codes in the other
FEWEST_PICTURES = 16


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
    pictures = source.pictures(min(source.count, most_pictures(prepared)))
    batches = [torch.tensor(batch) for batch in pictures]
    streams = Streams(prepared.network, grids, batches, placement)
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
        self.layers = {l.node: l for l in prepared.layers if l.name in weights}
        self.solve = SOLVERS.get(method, round_adaround)
        self.schedule = BLOCKWISE.get(method)
        self.numbers = {
            node.name: i for i, node in enumerate(n for n in self.nodes if n.name in self.layers)
        }
        costs = [self.layers[name] for name in self.numbers]
        self.pace = _Pace(method, costs, source.progress)

    def whole(self) -> Rounded:
        found: dict[str, RoundedLayer] = {}
        learned: dict[str, Grid] = {}
        blocks = self._blocks()
        self.streams.advance(self.nodes[: blocks[0].start] if blocks else [])
        for block in blocks:
            inside = [n for n in self.nodes[block.start : block.end] if n.name in self.layers]
            layers, grids = self._block(block, inside)
            for node, rounded in zip(inside, layers, strict=True):
                found[self.layers[node.name].name] = rounded
            learned |= grids
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

    def _block(
        self, block: Block, inside: Sequence[NodeProto]
    ) -> tuple[list[RoundedLayer], Mapping[str, Grid]]:
        nodes, streams = self.nodes[block.start : block.end], self.streams
        if not inside:
            streams.advance(nodes)
            return [], {}
        number = self.numbers[inside[0].name]
        weights = [self.weights[self.layers[node.name].name] for node in inside]
        kept = self.source.checkpoint.load(number, [w.values.shape for w in weights])
        self.pace.begins(number, len(inside), is_kept=kept is not None)
        if kept is not None:
            layers, grids = kept
            for node, rounded in zip(inside, layers, strict=True):
                _swap(streams, self.layers[node.name], node, rounded)
            streams.regrid(grids)
            streams.advance(nodes)
            return kept
        as_one = self.schedule is not None and block.is_whole and _learnable(nodes)
        if as_one:
            layers, grids = self._learned(block, nodes, inside, number)
        else:
            layers, grids = [m.best for m in self._one_by_one(nodes, inside, self.solve)], {}
        self.source.checkpoint.keep(number, layers, grids)
        return layers, grids

    def _one_by_one(
        self, nodes: Sequence[NodeProto], inside: Sequence[NodeProto], solve: Solve
    ) -> list[Member]:
        """Each layer against the inputs that the ones before it leave; streams go to the end."""
        starts = [i for i, node in enumerate(nodes) if node.name in self.layers]
        self.streams.advance(nodes[: starts[0]])
        members = []
        for node, first, last in zip(inside, starts, [*starts[1:], len(nodes)], strict=True):
            layer = self.layers[node.name]
            seed = self.source.seed + self.numbers[node.name]
            problem = _problem(layer, node, self.weights[layer.name], self.streams, seed)
            best = solve(problem)
            members.append(Member(layer, node, problem, best))
            _swap(self.streams, layer, node, best)
            self.streams.advance(nodes[first:last])
        return members

    def _learned(
        self, block: Block, nodes: Sequence[NodeProto], inside: Sequence[NodeProto], number: int
    ) -> tuple[list[RoundedLayer], Mapping[str, Grid]]:
        assert self.schedule is not None
        streams = self.streams
        given = streams.hold(block.source)
        starts: dict[str, Started] = {}

        def solve(problem: Problem) -> RoundedLayer:
            starts[problem.name] = start = started(problem)
            return best_of(problem, start.layer)

        members = self._one_by_one(nodes, inside, solve)
        wanted = streams.float[block.output]
        result = reconstruct(
            members, starts, nodes, given, wanted, streams, self.schedule,
            self.source.seed + number,
        )  # fmt: skip
        for member, rounded in zip(members, result.layers, strict=True):
            _swap(streams, member.layer, member.node, rounded)
        streams.regrid(result.grids)
        streams.redo(nodes, block.source, given[1])
        return result.layers, result.grids


def _learnable(nodes: Sequence[NodeProto]) -> bool:
    return all(ops.has_gradient(node) for node in nodes)


def most_pictures(prepared: Prepared) -> int:
    """How many pictures fit: twice the largest activation is held for each."""
    produced = set(prepared.network.producer) | set(prepared.network.inputs)
    shapes = shapes_of(prepared.model)
    largest = max(
        (int(np.prod(shape)) for name, shape in shapes.items() if name in produced), default=1
    )
    return max(FEWEST_PICTURES, MOST_BYTES // (2 * BYTES_A_VALUE * max(largest, 1)))


def _problem(layer: Layer, node: NodeProto, weight: Weight, streams: Streams, seed: int) -> Problem:
    bias = bias_of(layer, streams.network)
    rows = sample(
        layer,
        node,
        torch.tensor(weight.values),
        None if bias is None else torch.tensor(bias),
        streams.quantised[layer.source],
        streams.float[layer.source],
        seed,
    )
    return Problem(
        name=layer.name,
        weight=weight,
        bias=bias,
        groups=layer.groups,
        rows=rows,
        tail=tail_of(layer, streams),
        has_bias=layer.op != "MatMul" or bool(layer.added),
        draw=seed,
    )


def tail_of(layer: Layer, streams: Streams) -> Callable[[Tensor], Tensor]:
    """The activation function behind a layer and its bias, or nothing."""
    network = streams.network
    name = layer.output
    if layer.added:
        adding = network.only_consumer(name)
        name = adding.output[0] if adding is not None else name
    nodes = _activation(network, name)

    def tail(values: Tensor) -> Tensor:
        made = {name: values}
        for node in nodes:
            given = [made.get(item, streams.constants.get(item)) for item in node.input]
            made[node.output[0]] = ops.run(node, given, streams.opsets)[0]
            values = made[node.output[0]]
        return values

    return tail


def _activation(network: Network, name: str) -> list[NodeProto]:
    """The nodes of one activation function that alone reads this tensor."""
    for gelu in gelus(network):
        users = {node.name for node in network.consumers[name]}
        if gelu.source == name and users <= gelu.nodes:
            return [node for node in network.nodes if node.name in gelu.nodes]
    user = network.only_consumer(name)
    if user is not None and user.op_type in (*ABSORBED_OPS, "HardSwish", "Sigmoid"):
        return [user]
    return []


def _swap(streams: Streams, layer: Layer, node: NodeProto, rounded: RoundedLayer) -> None:
    """Let the quantised run go on with the rounded layer."""
    values = as_stored(layer, rounded.codes.dequantised())
    streams.swap(node.name, 1, torch.tensor(values))
    if rounded.bias is None:
        return
    bias = torch.tensor(rounded.bias)
    adding = streams.network.only_consumer(layer.output) if layer.added else None
    if adding is not None:
        streams.swap(adding.name, list(adding.input).index(layer.added), bias)
    else:
        streams.swap(node.name, 2, bias)


class _Pace:
    """Progress by layer, with the time that is left at the pace so far."""

    def __init__(self, method: str, layers: Sequence[Layer], progress: Progress) -> None:
        self.method, self.progress = method, progress
        costs = np.array([layer.macs + 100 * layer.parameters for layer in layers], np.float64)
        self.before = np.concatenate([[0.0], np.cumsum(costs)]) / max(costs.sum(), 1.0)
        self.start, self.first = time.monotonic(), 0

    def begins(self, number: int, layers: int, *, is_kept: bool) -> None:
        count = len(self.before) - 1
        done, kept = self.before[number], self.before[self.first]
        left = ""
        if is_kept:
            self.first = number + layers
            self.start = time.monotonic()
            left = ", kept from before"
        elif done - kept > 0.03:
            seconds = (time.monotonic() - self.start) / (done - kept) * (1 - done)
            left = f", about {_told(seconds)} left"
        which = f"layer {number + 1}" if layers == 1 else f"layers {number + 1}-{number + layers}"
        self.progress(f"{self.method}: {which} of {count}{left}", float(done))


def _told(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{max(seconds, 1):.0f} s"
