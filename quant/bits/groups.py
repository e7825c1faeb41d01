"""Layers that are changed together: blocks by their names, kinds, ends, and those that share."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from quant.allocate.constraints import sharing
from quant.sensitivity.scores import PRODUCT, WEIGHTS, LayerFacts, Sensitivity

BETWEEN = re.compile(r"[./]")  # parts of a name
HURTS_AT = 3  # bits of weights by which layers are called the most sensitive


@dataclass(frozen=True, slots=True)
class Group:
    """`places` are those of its layers in network order."""

    name: str
    places: tuple[int, ...]


def groups(found: Sensitivity) -> tuple[Group, ...]:
    """All layers first; each set of layers once, under the first name that it has."""
    layers = found.layers
    every = Group("All layers", tuple(range(len(layers))))
    known = {every.places}
    made = [every]
    for group in (*_kinds(layers), *_hurt(found), *_blocks(layers), *_sharing(layers)):
        if len(group.places) > 1 and group.places not in known:
            known.add(group.places)
            made.append(group)
    return tuple(made)


def is_depthwise(layer: LayerFacts) -> bool:
    return layer.op == "Conv" and layer.groups > 1 and layer.shape[1] == 1


def _kinds(layers: Sequence[LayerFacts]) -> Iterator[Group]:
    def of(name: str, belongs: Callable[[LayerFacts], bool]) -> Group:
        return Group(name, tuple(at for at, layer in enumerate(layers) if belongs(layer)))

    if len(layers) > 2:
        yield Group("First and last", (0, len(layers) - 1))
        yield Group("All but first and last", tuple(range(1, len(layers) - 1)))
    yield of("Depthwise convolutions", is_depthwise)
    yield of("1×1 convolutions", lambda one: one.op == "Conv" and one.shape[2:] == (1, 1))
    yield of(
        "Other convolutions",
        lambda one: one.op == "Conv" and not is_depthwise(one) and one.shape[2:] != (1, 1),
    )
    yield of("Matrices", lambda one: one.op in ("Gemm", "MatMul"))
    yield of("Products of activations", lambda one: one.op == PRODUCT)


def _hurt(found: Sensitivity) -> Iterator[Group]:
    """A tenth of the layers, and the fewest that hold half of the weights."""
    place = {layer.name: at for at, layer in enumerate(found.layers)}
    order = [place[score.layer] for score in found.ranked(WEIGHTS, HURTS_AT)]
    few = max(2, round(len(order) / 10))
    if len(order) > few:
        yield Group(f"The {few} most sensitive", tuple(sorted(order[:few])))
    large, held = [], 0
    total = sum(layer.parameters for layer in found.layers)
    for at in sorted(range(len(place)), key=lambda at: -found.layers[at].parameters):
        if held * 2 >= total:
            break
        large.append(at)
        held += found.layers[at].parameters
    yield Group(f"The {len(large)} largest, with half of the weights", tuple(sorted(large)))


def _blocks(layers: Sequence[LayerFacts]) -> Iterator[Group]:
    """Layers whose names begin with the same parts; the longest beginning names a block."""
    blocks: dict[str, list[int]] = defaultdict(list)
    for at, layer in enumerate(layers):
        for end in BETWEEN.finditer(layer.name):
            if end.start():
                blocks[layer.name[: end.start()]].append(at)
    longest: dict[tuple[int, ...], str] = {}
    for name, places in sorted(blocks.items(), key=lambda block: len(block[0])):
        longest[tuple(places)] = name
    order = sorted(longest.items(), key=lambda block: (block[0][0], -len(block[0])))
    yield from (Group(f"Block {name}", places) for places, name in order)


def _sharing(layers: Sequence[LayerFacts]) -> Iterator[Group]:
    """Layers that read one tensor: it has one grid, at the widest of their activations."""
    place = {layer.name: at for at, layer in enumerate(layers)}
    for names in sharing(layers):
        yield Group(f"Readers of one tensor: {names[0]} …", tuple(place[name] for name in names))
