"""A recipe resolved against a network: layer to bits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from quant.graph.layers import Layer
from quant.graph.products import Product
from quant.recipe import FLOAT, Recipe
from quant.widths import refuse_unknown


@dataclass(frozen=True, slots=True)
class Bits:
    """Width of a layer's weights (2-8, 16, 32) and of its inputs (4-8, 32)."""

    weights: int
    activations: int


Plan = dict[str, Bits]


def plan(recipe: Recipe, layers: Sequence[Layer], products: Sequence[Product] = ()) -> Plan:
    """Every layer, first and last included, and every product at the recipe's widths.

    Raises:
        InvalidRecipe: the recipe names a layer that is not there; the nearest names are in it.
    """
    chosen = {layer.name: Bits(recipe.weights, recipe.activations) for layer in layers}
    chosen |= {product.name: Bits(FLOAT, recipe.activations) for product in products}
    refuse_unknown((name for name, _, _ in recipe.layers), chosen)
    without = {product.name for product in products}  # weights
    return chosen | {
        name: Bits(FLOAT if name in without else weights, activations)
        for name, weights, activations in recipe.layers
    }
