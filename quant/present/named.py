"""What a file is, in words that need no explanation."""

from __future__ import annotations

from quant.recipe import FLOAT, Recipe

NUMBERS = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight"}
NUMBERS |= {16: "sixteen"}


def named(recipe: Recipe) -> str:
    """`Four-bit weights`, `The network as it came`; the first letter is a capital."""
    words = _words(recipe)
    return words[0].upper() + words[1:]


def _words(recipe: Recipe) -> str:
    if recipe.is_fp32:
        return "the network as it came"
    if not recipe.common_weights:
        return f"weights of {recipe.least_weights} to {recipe.most_weights} bits"
    weights, inputs = recipe.common_weights, recipe.common_activations
    if not inputs:
        held = "float" if weights == FLOAT else f"{NUMBERS[weights]}-bit"
        return f"{held} weights, activations by layer"
    if weights == FLOAT:
        return f"float weights with {NUMBERS[inputs]}-bit activations"
    if inputs == FLOAT:
        return f"{NUMBERS[weights]}-bit weights, computed in float"
    if inputs == weights:
        return f"{NUMBERS[weights]}-bit weights and activations"
    if inputs == 8:
        return f"{NUMBERS[weights]}-bit weights"
    return f"{NUMBERS[weights]}-bit weights with {NUMBERS[inputs]}-bit activations"
