"""A recipe of an assignment: the usual width of most layers, and those that differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from quant.recipe import Recipe
from quant.sensitivity.scores import PRODUCT, LayerFacts


def recipe_of(
    widths: Sequence[tuple[str, int, int]], layers: Sequence[LayerFacts], base: Recipe
) -> Recipe:
    """The recipe with these widths, and `base`'s method, ranges and calibration. Of widths that are
    equally common, the widest are the usual ones.

    Args:
        widths: (layer, weights, activations); of products of activations the weights mean nothing.
    """
    products = {layer.name for layer in layers if layer.op == PRODUCT}
    own = [one for one in widths if one[0] not in products]
    counted = Counter((w, a) for _, w, a in own)
    weights, activations = max(counted, key=lambda pair: (counted[pair], pair))
    rest = [(name, weights, a) for name, _, a in widths if name in products]
    return replace(base, weights=weights, activations=activations, layers=(*own, *rest))
