"""How many bytes a file will have: those of its codes and of what unpacks them, layer by layer.

Codes, scales and biases are known exactly. Operators and names cost what they cost in files that we
wrote (`OPERATORS`); what all files of a network share is taken from those that were measured.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import fmean

from quant.recipe import FLOAT, Recipe
from quant.sensitivity.scores import PRODUCT, LayerFacts, Sensitivity

# Bytes of the operators that unpack a layer, and of each letter of its name, by width: measured on
# what quant/lower/pack.py writes; a test holds them together.
OPERATORS = {
    2: (303.0, 9.2), 3: (591, 17.3), 4: (305, 9.2), 5: (593, 17.3), 6: (595, 17.3), 7: (884, 25.5),
    8: (27, 1.0),
}  # fmt: skip
BENT = (135.0, 4.0)  # more for three bits whose levels are not even
SHARED = {2: (284, 8.0), 3: (333, 8.0), 4: (284, 8.0)}  # more where inputs have shares
# of a file, where any layer has this width
TABLES = {2: 1064.0, 3: 3147.0, 4: 550.0, 5: 2633.0, 6: 1607.0, 7: 3690.0}
INTEGERS = (900, 20.0, 10.0)  # scale, bias and their operators: once, a letter, an output channel
GRAPH = (1500, 650)  # of a whole file, and of each layer's activations and facts
NAMED = 8  # of a layer in a mixed recipe, beside its name
ROOM = 0.0995  # bits a weight for scales and shares: quant/rounding/shares.py
LEAST_SPREAD = 1.3  # of inputs; below, they get no shares


@dataclass(frozen=True)
class Sizes:
    """`base` is what every file of the network has; `error` how far predictions of the `n` files
    that it was taken from were off, a share, None where there was none."""

    method: str
    shared: frozenset[str]
    base: float
    n: int = 0
    error: float | None = None

    def of(self, layer: LayerFacts, weights: int) -> float:
        """Bytes that go with a layer's weights at this width."""
        if weights >= 16:
            return layer.parameters * weights / 8
        once, letter = OPERATORS[weights]
        if weights == 3 and self.method != "nearest":
            once, letter = once + BENT[0], letter + BENT[1]
        if layer.name in self.shared and weights in SHARED:
            more, each = SHARED[weights]
            once, letter = once + more + layer.parameters / layer.shape[0], letter + each
        fixed, named, channel = INTEGERS
        return (
            layer.parameters * weights / 8
            + once + fixed
            + (letter + named) * len(layer.name)
            + channel * layer.shape[0]
        )  # fmt: skip

    def file(self, layers: Iterable[LayerFacts], recipe: Recipe) -> float:
        """Bytes of the whole file of a recipe."""
        return self.base + _weights(self, tuple(layers), recipe)


def sizes(found: Sensitivity, method: str, known: Iterable[tuple[Recipe, float]] = ()) -> Sizes:
    """For files of a method.

    Args:
        known: recipes and bytes of files of this network that are there.
    """
    shared = frozenset(_with_shares(found)) if method != "nearest" else frozenset()
    plain = Sizes(method, shared, GRAPH[0] + GRAPH[1] * len(found.layers))
    kept = [one for one in known if one[0].least_activations < FLOAT and one[0].most_weights <= 8]
    if not kept:
        return plain
    own = [size - _weights(plain, found.layers, recipe) for recipe, size in kept]
    base = fmean(own)
    off = [abs(base - one) / size for one, (_, size) in zip(own, kept, strict=True)]
    return Sizes(method, shared, base, len(kept), max(off))


def mixed_names(layers: Iterable[LayerFacts]) -> float:
    """Bytes of a mixed recipe in the file: about half of the layers differ from the usual width."""
    return sum(len(layer.name) + NAMED for layer in layers) / 2


def _weights(sizes: Sizes, layers: tuple[LayerFacts, ...], recipe: Recipe) -> float:
    own: Mapping[str, int] = {name: weights for name, weights, _ in recipe.layers}
    named = sum(len(name) + NAMED for name in own)
    widths = [own.get(one.name, recipe.weights) for one in layers if one.op != PRODUCT]
    weighed = [one for one in layers if one.op != PRODUCT]
    tables = sum(TABLES.get(width, 0.0) for width in set(widths))
    each = (sizes.of(one, width) for one, width in zip(weighed, widths, strict=True))
    return named + tables + sum(each)


def _with_shares(found: Sensitivity) -> list[str]:
    """The layers whose inputs get shares while there is room, those of few inputs first.

    An approximation of quant/rounding/shares.py, which looks at the weights.
    """
    layers = [layer for layer in found.layers if layer.op != PRODUCT]
    total = sum(layer.parameters for layer in layers)
    room = ROOM * total - sum(8 * layer.shape[0] for layer in layers)
    given = []
    for layer in sorted(layers, key=lambda one: one.parameters / one.shape[0]):
        uneven = layer.weights is None or layer.weights.input_spread >= LEAST_SPREAD
        bits = 8 * layer.parameters / layer.shape[0]
        if uneven and bits <= room:
            given.append(layer.name)
            room -= bits
    return given
