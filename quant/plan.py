"""A recipe resolved against a network: layer to bits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from quant.graph.layers import Layer
from quant.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Bits:
    """Width of a layer's weights (2-8, 16, 32) and of its input (4-8, 32)."""

    weights: int
    activations: int


Plan = dict[str, Bits]


def plan(recipe: Recipe, layers: Sequence[Layer]) -> Plan:
    """Every layer, first and last included, at the recipe's widths."""
    return {layer.name: Bits(recipe.weights, recipe.activations) for layer in layers}
