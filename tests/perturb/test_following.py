"""What is run for the money, and what follows for the rest."""

from __future__ import annotations

import numpy as np
import pytest

from quant.perturb.marks import Reference
from quant.perturb.scaled import between, shared_out
from quant.perturb.schedule import ALONE, ALWAYS, ORDER, RECOVERED, Behind, affordable, chosen, cost
from quant.sensitivity.scores import ACTIVATIONS, WEIGHTS
from tests.sensitivity.samples import loss

WIDE = dict.fromkeys((4, 5, 6, 7, 8), (8,))
NARROW = {bits: (bits,) for bits in (4, 5, 6, 7, 8)}


def test_a_loss_grows_with_the_error_in_the_layers_output() -> None:
    found = between({4: loss(0.16)}, {4: 16.0, 6: 1.0}, 6)
    assert (found.noise, found.kl, found.cross_entropy) == pytest.approx((0.01, 0.01, 0.01))
    assert found.drop is None


def test_between_two_widths_their_gains_are_mixed() -> None:
    runs, local = {4: loss(1.0), 8: loss(0.02)}, {4: 1.0, 6: 0.1, 8: 0.01}
    assert between(runs, local, 6).noise == pytest.approx(0.1 * (1.0 + 2.0) / 2)


def test_no_error_follows_from_no_error() -> None:
    assert between({4: loss(0.0)}, {4: 0.0, 6: 0.0}, 6).noise == 0.0
    with pytest.raises(ValueError, match="no width was run"):
        between({}, {6: 1.0}, 6)


def test_what_all_lose_is_shared_out_by_what_each_loses_alone() -> None:
    found = shared_out([loss(0.1), loss(0.3)], loss(0.8))
    assert [one.noise for one in found] == pytest.approx([0.2, 0.6])
    assert shared_out([loss(0.0)], loss(0.8))[0].noise == 0.0


def test_small_networks_are_run_at_every_width() -> None:
    behind = [Behind(10**6, 10**6, NARROW, has_weights=True)] * 20
    assert chosen(behind, 128) == ORDER
    assert affordable(behind, 200) == 200


def test_large_networks_are_run_at_narrow_widths_on_fewer_pictures() -> None:
    behind = [Behind(10**10, 0, NARROW, has_weights=True)] * 100
    n = affordable(behind, 128)
    assert n == 8
    assert chosen(behind, n) == ORDER[:ALWAYS]
    assert {bits for way, kind, bits in ORDER[:ALWAYS] if (way, kind) == (ALONE, WEIGHTS)} == {
        2, 3, 4
    }  # fmt: skip


def test_inputs_that_keep_their_width_are_run_once() -> None:
    behind = [Behind(10, 0, WIDE, has_weights=True), Behind(5, 0, NARROW, has_weights=False)]
    assert cost(behind, (ALONE, WEIGHTS, 4), [], 2) == 20
    assert cost(behind, (ALONE, ACTIVATIONS, 4), [], 2) == 30
    assert cost(behind, (ALONE, ACTIVATIONS, 6), [(ALONE, ACTIVATIONS, 4)], 2) == 10


def test_what_lies_behind_is_loaded_once_for_all_that_is_tried_alone() -> None:
    behind = [Behind(10, 100, NARROW, has_weights=True)]
    assert cost(behind, (ALONE, WEIGHTS, 4), [], 2) == 120
    assert cost(behind, (ALONE, WEIGHTS, 3), [(ALONE, WEIGHTS, 4)], 2) == 20
    assert cost(behind, (RECOVERED, WEIGHTS, 3), [(ALONE, WEIGHTS, 4)], 2) == 120


def test_marks_are_what_the_logits_say() -> None:
    logits = np.array([[2.0, 0.0], [0.0, 4.0]], np.float32)
    reference = Reference(logits, np.array([0, 0]))
    swapped = logits[:, ::-1].copy()
    found = reference.loss(reference.own, reference.marks(swapped))
    assert found.noise == pytest.approx((8 + 32) / 2 / 10)
    assert found.drop == 0.0
    first, second = np.tanh(1.0) * 2, np.tanh(2.0) * 4
    assert found.kl == pytest.approx((first + second) / 2)
    assert found.cross_entropy == pytest.approx((2.0 - 4.0) / 2)
    assert reference.loss(reference.own, reference.own).noise == 0.0


def test_without_labels_only_what_needs_none_is_told() -> None:
    logits = np.array([[2.0, 0.0]], np.float32)
    reference = Reference(logits, None)
    found = reference.loss(reference.own, reference.marks(logits + 1))
    assert (found.cross_entropy, found.drop) == (None, None)
    assert found.noise == pytest.approx(0.5)
    assert found.kl == pytest.approx(0.0, abs=1e-12)
    assert found.noise_error == 0.0
