"""How many calibration pictures fit into memory while both runs go through a network."""

from __future__ import annotations

from collections import Counter
from math import prod

from quant.graph.fold import shapes_of
from quant.graph.prepared import Prepared

MOST_BYTES = 1_500_000_000  # of activations that are held at a time
BYTES_A_VALUE = 3  # float16 in one run and codes in the other
FEWEST_PICTURES = 16


def most_pictures(prepared: Prepared) -> int:
    """How many pictures' activations are held in that memory, where most are held at once."""
    return max(FEWEST_PICTURES, MOST_BYTES // (BYTES_A_VALUE * max(most_held(prepared), 1)))


def most_held(prepared: Prepared) -> int:
    """Values of a picture that both a node and those after it need, at the worst node.

    What it reads and what it makes are both there while it runs over all pictures.
    """
    network, shapes = prepared.network, shapes_of(prepared.model)
    left = Counter(name for node in network.nodes for name in network.data_inputs(node))
    held = {name: prod(shapes.get(name, ())) for name in network.inputs}
    most = sum(held.values())
    for node in network.nodes:
        made = [name for name in node.output if left[name] or name in network.outputs]
        held |= {name: prod(shapes.get(name, ())) for name in made}
        most = max(most, sum(held.values()))
        left.subtract(network.data_inputs(node))
        held = {n: size for n, size in held.items() if left[n] > 0 or n in network.outputs}
    return most
