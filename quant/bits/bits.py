"""The bits that each layer of a network has now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from quant.errors import InvalidRecipe
from quant.recipe import CALIBRATION_IMAGES, Recipe
from quant.sensitivity.scores import PRODUCT, WEIGHTS, LayerFacts
from quant.widths import refuse_unknown

USUAL = (4, 8)  # weights and activations that a network is shown with at first
NONE = 0  # bits of the weights of a product of two activations


@dataclass(frozen=True, slots=True)
class Bits:
    """Widths in network order."""

    weights: tuple[int, ...]
    activations: tuple[int, ...]

    @classmethod
    def uniform(cls, layers: Sequence[LayerFacts], weights: int, activations: int) -> Bits:
        return cls(
            tuple(NONE if layer.op == PRODUCT else weights for layer in layers),
            (activations,) * len(layers),
        )

    @classmethod
    def of(cls, recipe: Recipe, layers: Sequence[LayerFacts]) -> Bits:
        """Those of a recipe.

        Raises:
            InvalidRecipe: it names a layer that the network does not have.
        """
        known = [layer.name for layer in layers]
        refuse_unknown((name for name, _, _ in recipe.layers), known)
        own = {name: widths for name, *widths in recipe.layers}
        pairs = [own.get(name, [recipe.weights, recipe.activations]) for name in known]
        return cls(
            tuple(
                NONE if layer.op == PRODUCT else pair[0]
                for layer, pair in zip(layers, pairs, strict=True)
            ),
            tuple(pair[1] for pair in pairs),
        )

    def of_kind(self, kind: str) -> tuple[int, ...]:
        """Widths of weights, or of activations."""
        return self.weights if kind == WEIGHTS else self.activations

    def changed(self, kind: str, places: Collection[int], width: int) -> Bits:
        """With another width at these places; weights that are not there stay so."""
        chosen = set(places)
        now = tuple(
            width if place in chosen and own != NONE else own
            for place, own in enumerate(self.of_kind(kind))
        )
        return replace(self, **{"weights" if kind == WEIGHTS else "activations": now})

    @property
    def pairs(self) -> tuple[tuple[int, int], ...]:
        return tuple(zip(self.weights, self.activations, strict=True))


def recipe_of(
    bits: Bits,
    layers: Sequence[LayerFacts],
    method: str,
    ranges: str,
    calibration_images: int = CALIBRATION_IMAGES,
) -> Recipe:
    """The recipe whose file has these bits: the commonest widths for all, others by name.

    Equal bits give equal recipes, whichever way they were come by.
    """
    if not layers:
        raise InvalidRecipe("this network has no layer that can be quantised")
    weighed = [pair for pair in bits.pairs if pair[0] != NONE]
    usual = _commonest(weighed or bits.pairs)
    own = tuple(
        (layer.name, usual[0] if weights == NONE else weights, activations)
        for layer, (weights, activations) in zip(layers, bits.pairs, strict=True)
    )
    return Recipe(*usual, method, ranges, calibration_images, layers=own)


def _commonest(pairs: Iterable[tuple[int, int]]) -> tuple[int, int]:
    """Of those that are equally common, the widest."""
    counted = Counter(pairs)
    return max(counted, key=lambda pair: (counted[pair], pair))
