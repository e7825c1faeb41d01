"""Words follow from facts, and say nothing where nothing stands out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from quant.sensitivity.rows import rows, table
from quant.sensitivity.scores import ACTIVATIONS, WEIGHTS
from quant.sensitivity.words import basis, headline, reasons, what, why
from tests.sensitivity.samples import LAYERS, loss, sensitivity

STEM, MIX, CLASSIFIER = LAYERS


def test_a_layer_is_named_by_what_it_does() -> None:
    assert what(STEM) == "depthwise 3×3 convolution, 9 weights a channel"
    assert what(CLASSIFIER) == "matrix of 64 inputs and 10 outputs"
    assert what(MIX) == "product of two activations, which has no weights"
    grouped = replace(STEM, groups=4, shape=(32, 8, 3, 3))
    assert what(grouped) == "convolution in 4 groups, 3×3, 9 weights a channel"
    plain = replace(STEM, groups=1, shape=(32, 1, 3, 3))
    assert what(plain) == "3×3 convolution, 9 weights a channel"


def test_what_makes_weights_hard_is_told() -> None:
    told = "; ".join(reasons(STEM, WEIGHTS, 4))
    assert "only 9 weights a channel" in told
    assert "one channel has 40× the median range" in told
    assert "12 standard deviations" in told
    assert "2.0 % of the weights are clipped at 4 bits" in told


def test_what_makes_inputs_hard_is_told() -> None:
    told = reasons(CLASSIFIER, ACTIVATIONS, 4)
    assert told[0] == "its inputs reach 5.0× as far as 99.9 % of them"
    assert told[-1] == "1.0 % of the inputs are clipped at 4 bits"


def test_a_calm_layer_has_nothing_that_stands_out() -> None:
    told = why(sensitivity(), CLASSIFIER, WEIGHTS, 4)
    assert told.endswith("Nothing about its weights stands out.")
    assert reasons(CLASSIFIER, WEIGHTS, 4) == []


def test_why_ranks_the_layer_and_tells_its_share() -> None:
    told = why(sensitivity(), STEM, WEIGHTS, 4)
    assert told.startswith("Depthwise 3×3 convolution, 9 weights a channel; 31 % of the weights")
    assert "Of 2 layers, its weights at 4 bits make the most noise, 90 % of it." in told


def test_inputs_that_stay_wide_say_so() -> None:
    told = why(sensitivity(), STEM, ACTIVATIONS, 4)
    assert "stays at 8 bits" in told


def test_the_headline_names_what_makes_most_noise() -> None:
    told = headline(sensitivity(), WEIGHTS, 4)
    assert "most noise comes from stem (90 %) and classifier (10 %), of 2 layers" in told


def test_no_noise_at_all_is_a_sentence() -> None:
    silent = sensitivity(scores=tuple(replace(s, alone=loss(0.0)) for s in sensitivity().scores))
    assert headline(silent, WEIGHTS, 4).startswith("No layer adds noise")
    assert "none of it" in why(silent, STEM, WEIGHTS, 4)


def test_without_labels_no_accuracy_is_promised() -> None:
    assert "no accuracy is told" in basis(sensitivity(has_labels=False))
    assert "no accuracy" not in basis(sensitivity())


def test_rows_hold_each_layer_kind_and_width_once() -> None:
    found = list(rows(sensitivity()))
    assert len(found) == 2 * 12 + 5
    assert len({(row["layer"], row["kind"], row["bits"]) for row in found}) == len(found)
    first = found[0]
    assert first["noise"] == 0.9 * 4.0**-2
    assert first["recovered_noise"] == 4.0**-2
    assert first["recovered_db"] is None  # one layer gives back all there is
    assert first["how"] == "run"


def test_what_is_recovered_is_told_in_decibels_that_the_logits_gain() -> None:
    half = tuple(replace(s, recovered=loss(4.0**-s.bits / 2)) for s in sensitivity().scores)
    found = sensitivity(scores=half)
    assert next(iter(rows(found)))["recovered_db"] == pytest.approx(3.01, abs=0.01)
    assert table(found, WEIGHTS, "sqnr", recovered=True)[1][2] == "+3.0"


def test_the_table_marks_what_was_not_run() -> None:
    head, stem, *_, last = table(sensitivity(), WEIGHTS, "kl")
    assert head[2:] == tuple(f"{bits} bits" for bits in range(2, 9))
    assert stem[0] == "stem"
    assert stem[2] == "0.056"
    assert stem[5].startswith("~")
    assert last[0] == "all layers"
    assert table(sensitivity(), WEIGHTS, "drop")[1][5] == "—"
