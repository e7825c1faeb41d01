"""A recipe resolved against a network: layer to bits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from quant.graph.layers import Layer
from quant.graph.products import Product
from quant.recipe import FLOAT, Recipe


@dataclass(frozen=True, slots=True)
class Bits:
    """Width of a layer's weights (2-8, 16, 32) and of its inputs (4-8, 32)."""

    weights: int
    activations: int


Plan = dict[str, Bits]


def plan(recipe: Recipe, layers: Sequence[Layer], products: Sequence[Product] = ()) -> Plan:
    """Every layer, first and last included, and every product at the recipe's widths."""
    chosen = {layer.name: Bits(recipe.weights, recipe.activations) for layer in layers}
    return chosen | {product.name: Bits(FLOAT, recipe.activations) for product in products}
