"""Cutting a network into blocks: stretches with one tensor going in and one coming out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace

from quant.graph.network import Network

FEWEST_LAYERS = 3  # short stretches are joined up to here
MOST_LAYERS = 8  # beyond, a block would take too much memory to learn as one


@dataclass(frozen=True, slots=True)
class Block:
    """Nodes [start, end), the tensors between which they lie, and how many layers they hold.

    `is_whole` says that nothing else goes in or comes out.
    """

    start: int
    end: int
    source: str
    output: str
    layers: int
    is_whole: bool


def blocks_of(network: Network, layers: Collection[str]) -> tuple[Block, ...]:
    """Blocks of up to three layers, more where they cannot be cut, in network order.

    Args:
        layers: names of the nodes that are to be learned.
    Source: Li et al., BRECQ, section 3.2, arXiv:2102.05426: residual blocks.
    """
    pieces = [_counted(network, *piece, layers) for piece in _pieces(network)]
    end = pieces[-1].end if pieces else 0
    joined: list[Block] = []
    for piece in pieces:
        last = joined[-1] if joined else None
        if last is None or not _fit(last, piece):
            joined.append(piece)
            continue
        joined[-1] = Block(
            last.start, piece.end, last.source, piece.output,
            last.layers + piece.layers, last.is_whole and piece.is_whole,
        )  # fmt: skip
    if end < len(network.nodes):  # several outputs: the rest has no one end
        rest = _counted(network, end, len(network.nodes), "", "", layers)
        joined.append(replace(rest, is_whole=False))
    return tuple(joined)


def _fit(last: Block, piece: Block) -> bool:
    """Trailing activation functions and pooling belong to what they follow."""
    return piece.layers == 0 or last.layers + piece.layers <= FEWEST_LAYERS


def _counted(
    network: Network, start: int, end: int, source: str, output: str, layers: Collection[str]
) -> Block:
    count = sum(node.name in layers for node in network.nodes[start:end])
    return Block(start, end, source, output, count, is_whole=count <= MOST_LAYERS)


def _pieces(network: Network) -> list[tuple[int, int, str, str]]:
    """The shortest stretches: cut wherever a single tensor is all that later nodes read."""
    left = Counter(name for node in network.nodes for name in network.data_inputs(node))
    left.update(network.outputs)
    [source] = network.inputs
    alive, start = {source}, 0
    pieces: list[tuple[int, int, str, str]] = []
    for index, node in enumerate(network.nodes):
        for name in network.data_inputs(node):
            left[name] -= 1
            if left[name] == 0:
                alive.discard(name)
        alive |= {name for name in node.output if left[name] > 0}
        if len(alive) == 1:
            [output] = alive
            pieces.append((start, index + 1, source, output))
            start, source = index + 1, output
    return pieces
