"""`auto`: which rounding method suits a width and a network, and why in words. Torch-free."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from models.workload import Family, Workload
from quant.explain import listed
from quant.methods import METHODS
from quant.recipe import Recipe

AUTO = "auto"
CHOICES = (AUTO, *METHODS)  # what a person may ask for; recipes hold methods only
AUTO_WORDS = "picks for each width, and says which and why"
MOST_LISTED = 4


@dataclass(frozen=True, slots=True)
class Choice:
    """A method, and the reason for it in a few words."""

    method: str
    why: str


@dataclass(frozen=True, slots=True)
class Rule:
    """Holds from these widths upwards, for one family of networks or for all.

    Of `methods` the first that there is, is picked.
    """

    methods: tuple[str, ...]
    weights: int
    activations: int
    why: str
    family: Family | None = None


# The first one that holds decides; the last holds for every width.
RULES = (
    Rule(("nearest",), 16, 4, "floats are not rounded"),
    Rule(("mse",), 7, 7, "at 7 and 8 bits the right scale is enough", "convolutional"),
    Rule(
        ("gptq",), 7, 7, "depthwise layers have few weights, so each rounding counts", "depthwise"
    ),
    Rule(("gptq",), 7, 7, "a transformer's rounding has to look at pictures", "transformer"),
    Rule(("gptq",), 7, 6, "with 6-bit activations rounding has to look at pictures"),
    Rule(("gptq",), 4, 6, "at 4 to 6 bits rounding has to look at pictures"),
    Rule(("gptq",), 4, 4, "with 4- and 5-bit activations rounding has to look at pictures"),
    Rule(("brecq", "adaround"), 2, 6, "at 2 and 3 bits whole blocks have to be learned"),
    Rule(("qdrop", "adaround"), 2, 4, "so few levels have to be learned, weights and activations"),
)


def choose(
    workload: Workload, weights: int, activations: int, methods: Sequence[str] = METHODS
) -> Choice:
    """The method for these widths; `methods` are those that there are."""
    rule = next(one for one in RULES if _holds(one, workload, weights, activations))
    there = [name for name in rule.methods if name in methods]
    return Choice(there[0] if there else methods[-1], rule.why)


def resolved(method: str, workload: Workload, weights: int, activations: int) -> str:
    """The method that a recipe holds: `auto` is never stored."""
    return choose(workload, weights, activations).method if method == AUTO else method


def choose_for(workload: Workload, recipe: Recipe) -> Choice:
    """For a recipe whose layers may differ: by the narrowest of them."""
    return choose(workload, recipe.least_weights, recipe.least_activations)


def told(workload: Workload, widths: Iterable[tuple[int, int]]) -> list[str]:
    """A sentence for each distinct choice: `gptq for w6a8 and w4a8: at 4 to 6 bits …`.

    `widths` are (weights, activations).
    """
    picked: dict[Choice, list[str]] = {}
    for weights, activations in dict.fromkeys(widths):
        label = f"w{weights}a{activations}"
        picked.setdefault(choose(workload, weights, activations), []).append(label)
    return _sentences(picked)


def _sentences(picked: Mapping[Choice, Sequence[str]]) -> list[str]:
    return [
        f"{choice.method} for {listed([*some[:MOST_LISTED], *_more(some)])}: {choice.why}"
        for choice, some in picked.items()
    ]


def _more(labels: Sequence[str]) -> list[str]:
    return [f"{len(labels) - MOST_LISTED} more"] if len(labels) > MOST_LISTED else []


def _holds(rule: Rule, workload: Workload, weights: int, activations: int) -> bool:
    of_family = rule.family is None or rule.family == workload.family
    return of_family and weights >= rule.weights and activations >= rule.activations
