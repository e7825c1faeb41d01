"""What `allocate` answers, in words and for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from quant.allocate.predict import Predictor
from quant.allocate.predicted import Checked, Predicted
from quant.allocate.problem import Assignment
from quant.allocate.words import off, sentences
from quant.commands.show import aligned
from quant.judged import row
from quant.recipe import Recipe
from quant.sensitivity.scores import PRODUCT

HEADINGS = ("layer", "weights", "inputs", "multiply-adds", "share of bytes", "share of noise")


@dataclass(frozen=True, slots=True)
class Told:
    """The answer: an assignment, its recipe, and what was measured on the way."""

    predictor: Predictor
    best: Assignment
    recipe: Recipe
    checked: Sequence[Checked]

    @property
    def predicted(self) -> Predicted:
        return self.predictor.of([(weights, inputs) for _, weights, inputs in self.best.layers])


def fields(told: Told) -> dict[str, Any]:
    """One JSON object; figures have the names and units of `Predicted` and of `points --json`."""
    predictor, fit = told.predictor, told.predictor.fit
    return {
        "workload": predictor.found.workload,
        "recipe": told.recipe.to_dict(),
        "recipe_id": told.recipe.id,
        "label": told.recipe.label,
        "gap": told.best.gap,
        "predicted": figures(told.predicted),
        "latency_basis": predictor.pace.words if predictor.pace else None,
        "corrected_by": fit.n,
        "error_db": fit.error_db,
        "layers": [
            {"layer": name, "weights_bits": weights, "activation_bits": inputs}
            for name, weights, inputs in _weighed(told)
        ],
        "candidates": [
            {"predicted": figures(one.predicted), "measured": row(one.measured)}
            for one in told.checked
        ],
        "words": list(sentences(told.predicted, predictor)),
    }


def figures(predicted: Predicted) -> dict[str, Any]:
    return asdict(predicted) | {"sqnr_db": predicted.sqnr_db}


def text(told: Told, *, is_new: bool) -> str:
    """A line a layer, what it should come to, and how predictions did; `is_new` says that what was
    measured led to another assignment."""
    parts = []
    if told.checked:
        parts.append("Measured, each beside what was predicted before:")
        parts += [off(one) for one in told.checked]
        parts.append(
            "Corrected by these, another assignment is better within the budget:\n"
            if is_new
            else "Corrected by these, the assignment stays the same:\n"
        )
    parts += [aligned([HEADINGS, *_lines(told)]), "", told.recipe.label]
    parts += sentences(told.predicted, told.predictor)
    return "\n".join(parts)


def _weighed(told: Told) -> Iterator[tuple[str, int, int]]:
    """Without products of activations, which have the usual width."""
    ops = {layer.name: layer.op for layer in told.predictor.layers}
    return (one for one in told.best.layers if ops[one[0]] != PRODUCT)


def _lines(told: Told) -> Iterator[tuple[str, ...]]:
    predictor = told.predictor
    facts = {layer.name: layer for layer in predictor.layers}
    each = list(_weighed(told))
    noises = [predictor.losses.of(*one) for one in each]
    sizes = [predictor.sizes.of(facts[name], weights) for name, weights, _ in each]
    for (name, weights, inputs), noise, size in zip(each, noises, sizes, strict=True):
        yield (
            name,
            str(weights),
            str(inputs),
            f"{facts[name].macs:,}",
            f"{size / max(sum(sizes), 1e-30):.1%}",
            f"{noise / max(sum(noises), 1e-30):.1%}",
        )
