"""What `auto` picks, and that it picks for the network that there is."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from models.workload import WORKLOADS, Workload, workload
from quant.auto import CHOICES, RULES, choose, resolved, told
from quant.graph.prepared import prepare
from quant.methods import METHODS
from quant.recipe import ACTIVATION_BITS, WEIGHT_BITS, Recipe

RESNET, MOBILENET = workload("fashion-resnet"), workload("fashion-mobilenet")
WIDTHS = tuple(product(WEIGHT_BITS, ACTIVATION_BITS))


@pytest.mark.parametrize("chosen", WORKLOADS, ids=lambda chosen: chosen.name)
def test_every_width_has_a_method_and_a_reason(chosen: Workload) -> None:
    for weights, activations in WIDTHS:
        choice = choose(chosen, weights, activations)
        assert choice.method in METHODS
        assert choice.why
        assert Recipe(weights, activations, choice.method).method == choice.method


@pytest.mark.parametrize(
    ("chosen", "weights", "activations", "method"),
    [
        (RESNET, 32, 32, "nearest"),
        (RESNET, 16, 4, "nearest"),
        (RESNET, 8, 8, "mse"),
        (RESNET, 7, 32, "mse"),
        (MOBILENET, 8, 8, "gptq"),
        (RESNET, 8, 6, "gptq"),
        (RESNET, 6, 6, "gptq"),
        (RESNET, 4, 32, "gptq"),
        (RESNET, 8, 4, "gptq"),
        (MOBILENET, 4, 5, "gptq"),
        (RESNET, 3, 8, "brecq"),
        (RESNET, 2, 32, "brecq"),
        (MOBILENET, 3, 4, "qdrop"),
    ],
)
def test_the_method_goes_by_width_and_network(
    chosen: Workload, weights: int, activations: int, method: str
) -> None:
    assert choose(chosen, weights, activations).method == method


@pytest.mark.parametrize(("weights", "activations"), [(3, 8), (2, 32), (2, 4)])
def test_the_next_best_is_picked_of_those_there_are(weights: int, activations: int) -> None:
    few = ("nearest", "mse", "gptq", "adaround")
    assert choose(RESNET, weights, activations, few).method == "adaround"


def test_some_rule_holds_for_each_family() -> None:
    families = {known.family for known in WORKLOADS}
    assert families <= {rule.family for rule in RULES}


def test_a_method_asked_for_by_name_stays() -> None:
    assert [resolved(name, RESNET, 4, 8) for name in METHODS] == list(METHODS)
    assert resolved(CHOICES[0], RESNET, 4, 8) == "gptq"


def test_each_choice_is_told_once_with_its_reason() -> None:
    assert told(RESNET, [(8, 8), (6, 8), (4, 8), (6, 8)]) == [
        "mse for w8a8: at 7 and 8 bits the right scale is enough",
        "gptq for w6a8 and w4a8: at 4 to 6 bits rounding has to look at pictures",
    ]
    (long,) = told(RESNET, [(16, width) for width in ACTIVATION_BITS])
    assert long == "nearest for w16a4, w16a5, w16a6, w16a7 and 2 more: floats are not rounded"


@pytest.mark.parametrize(
    "chosen", [one for one in WORKLOADS if one.embedded], ids=lambda chosen: chosen.name
)
def test_the_family_is_what_the_layers_say(chosen: Workload, tmp_path: Path) -> None:
    prepared = prepare(chosen, tmp_path)
    # A convolution's weight is (out, in of its group, height, width): depthwise is one in.
    depthwise = any(one.groups > 1 and one.shape[1] == 1 for one in prepared.layers)
    found = "transformer" if prepared.products else "depthwise" if depthwise else "convolutional"
    assert chosen.family == found
