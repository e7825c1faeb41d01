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
from quant.lower.placement import ABSORBED_OPS
from quant.lower.weights import as_stored
from quant.rounding import ops
from quant.rounding.adaround import round_adaround
from quant.rounding.codes import Rounded, RoundedLayer, Weight
from quant.rounding.gptq import round_gptq
from quant.rounding.problem import Problem
from quant.rounding.rows import sample
from quant.rounding.source import Progress, Source
from quant.rounding.streams import Streams

Solve = Callable[[Problem], RoundedLayer]
SOLVERS: dict[str, Solve] = {"gptq": round_gptq, "adaround": round_adaround}
MOST_BYTES = 2_000_000_000  # of activations that are held at a time
BYTES_A_VALUE = 3  # float16 in one run and codes in the other
FEWEST_PICTURES = 16


def learn(
    prepared: Prepared,
    weights: Mapping[str, Weight],
    grids: Mapping[str, Grid],
    method: str,
    source: Source,
) -> Rounded:
    """Round every layer of `weights`, first to last; finished ones are kept as they come.

    `source.progress` may raise to stop: what is finished is then found again.
    """
    torch.set_num_threads(source.threads)
    network, solve = prepared.network, SOLVERS[method]
    by_node = {layer.node: layer for layer in prepared.layers if layer.name in weights}
    pictures = source.pictures(min(source.count, most_pictures(prepared)))
    streams = Streams(network, grids, [torch.tensor(batch) for batch in pictures])
    starts = [i for i, node in enumerate(network.nodes) if node.name in by_node]
    ends = [*starts[1:], len(network.nodes)]
    found: dict[str, RoundedLayer] = {}
    pace = _Pace(method, [by_node[network.nodes[i].name] for i in starts], source.progress)
    streams.advance(network.nodes[: starts[0] if starts else 0])
    for number, (start, end) in enumerate(zip(starts, ends, strict=True)):
        node = network.nodes[start]
        layer = by_node[node.name]
        weight = weights[layer.name]
        rounded = source.checkpoint.load(number, weight.values.shape)
        pace.begins(number, is_kept=rounded is not None)
        if rounded is None:
            rounded = solve(_problem(layer, node, weight, streams, source.seed + number))
            source.checkpoint.keep(number, rounded)
        found[layer.name] = rounded
        _swap(streams, layer, node, rounded)
        streams.advance(network.nodes[start:end])
    scales = next(iter(weights.values())).scales
    return Rounded(found, scales)


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

    def begins(self, number: int, *, is_kept: bool) -> None:
        count = len(self.before) - 1
        done, kept = self.before[number], self.before[self.first]
        left = ""
        if is_kept:
            self.first = number + 1
            self.start = time.monotonic()
            left = ", kept from before"
        elif done - kept > 0.03:
            seconds = (time.monotonic() - self.start) / (done - kept) * (1 - done)
            left = f", about {_told(seconds)} left"
        self.progress(f"{self.method}: layer {number + 1} of {count}{left}", float(done))


def _told(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{max(seconds, 1):.0f} s"
