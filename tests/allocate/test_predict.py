"""Predictions: sums that measurements correct, with what they may be off by."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pytest

from quant.allocate.calibration import NoiseFit, fitted
from quant.allocate.constraints import Constraints, Limits, sharing
from quant.allocate.drops import Seen, drops
from quant.allocate.latency import BY_MACS, EXPLAINED, Pace, Times, by_macs
from quant.allocate.losses import Additive
from quant.allocate.predict import Predictor
from quant.allocate.problem import problem
from quant.allocate.sizes import sizes
from quant.allocate.solve import solve
from quant.allocate.words import lost
from quant.errors import InvalidRecipe, RequestError
from quant.recipe import Recipe
from tests.allocate.networks import network


class Measured:
    """As much of a Measurement as predictions look at."""

    def __init__(self, recipe: Recipe, **values: Any) -> None:
        self.recipe = recipe
        self.workload, self.data_id, self.n = "made-up", "id", 1000
        self.sqnr_db, self.drop, self.drop_low, self.drop_high = 20.0, 0.01, 0.0, 0.02
        self.size_bytes, self.fp32_accuracy = 100_000, 0.9
        self.__dict__.update(values)


def chosen(constraints: Constraints, limits: Limits, count: int = 6):
    found = network(count)
    given = problem(found, constraints, Additive(found), sizes(found, "mse"))
    return solve(given, limits)


def test_constraints_are_honoured() -> None:
    wanted = Constraints(
        weights=(2, 4, 8),
        fixed=(("layer0", 8, 8),),
        tied=(("layer1", "layer2"), ("layer2", "layer3")),
    )
    least = chosen(wanted, Limits(noise=10.0)).size_bytes
    found = chosen(wanted, Limits(size_bytes=least * 1.3)).by_layer
    assert found["layer0"] == (8, 8)
    assert found["layer1"] == found["layer2"] == found["layer3"]
    assert {weights for weights, _ in found.values()} <= {2, 4, 8}


def test_what_cannot_be_kept_to_is_refused() -> None:
    some = Limits(noise=1.0)
    with pytest.raises(InvalidRecipe, match=r"no layer 'layre1'.*layer1"):
        chosen(Constraints(fixed=(("layre1", 4, 8),)), some)
    with pytest.raises(InvalidRecipe, match="no layer 'x'"):
        chosen(Constraints(tied=(("layer1", "x"),)), some)
    with pytest.raises(RequestError, match="fixed to different widths"):
        chosen(
            Constraints(fixed=(("layer0", 4, 8), ("layer1", 8, 8)), tied=(("layer0", "layer1"),)),
            some,
        )
    with pytest.raises(RequestError, match="must be of"):
        Constraints(weights=(1,))
    with pytest.raises(RequestError, match="got none"):
        Constraints(weights=())
    with pytest.raises(RequestError, match="fixed twice"):
        Constraints(fixed=(("a", 4, 8), ("a", 2, 8)))


def test_a_loss_that_cannot_be_kept_to_is_told_of_as_loss() -> None:
    found = network()
    known = Predictor(found, "mse", "mse")
    given = problem(found, Constraints(weights=(2,)), known.losses, known.sizes)
    with pytest.raises(RequestError) as harm:
        solve(given, Limits(noise=1e-9), partial(lost, known))
    said = str(harm.value)
    assert "pp of loss (logits at" in said
    assert "wider" in said


def test_layers_of_one_tensor_are_found() -> None:
    assert sharing(network().layers) == [("layer0", "layer1")]


def test_more_bits_are_never_predicted_to_lose_more() -> None:
    found = network()
    losses = Additive(found)
    for layer in found.layers:
        noises = [losses.of(layer.name, bits, 8) for bits in (2, 3, 4, 5, 6, 7, 8, 16)]
        assert noises == sorted(noises, reverse=True)


def test_what_a_method_gains_changes_its_layer_alone() -> None:
    found = network()
    plain, better = Additive(found), Additive(found, {"layer0": 0.1})
    assert better.of("layer0", 3, 32) == pytest.approx(plain.of("layer0", 3, 32) / 10)
    assert better.of("layer1", 3, 32) == plain.of("layer1", 3, 32)


def test_what_a_method_gains_counts_before_any_file_is_measured() -> None:
    found = network()
    gains = {layer.name: 0.1 for layer in found.layers}
    widths = [(3, 32)] * len(found.layers)
    plain, better = Predictor(found, "mse", "mse"), Predictor(found, "gptq", "mse", gains=gains)
    assert better.of(widths).noise == pytest.approx(plain.of(widths).noise / 10)


def test_sizes_are_anchored_on_measured_files() -> None:
    found = network()
    plain = sizes(found, "mse")
    real = plain.file(found.layers, Recipe(4, 8)) + 5000
    anchored = sizes(found, "mse", [(Recipe(4, 8), real), (Recipe(32, 32), 1.0)])
    assert anchored.file(found.layers, Recipe(4, 8)) == pytest.approx(real)
    assert anchored.n == 1
    mixed = Recipe(4, 8, layers=(("layer0", 2, 8),))
    assert anchored.file(found.layers, mixed) < real


def test_a_straight_line_is_found_again() -> None:
    sums = np.array([1e-4, 1e-3, 1e-2, 1e-1])
    found = fitted(sums, 2 * sums**0.9, NoiseFit())
    assert found.slope == pytest.approx(0.9, abs=1e-6)
    assert found.of(1e-2)[0] == pytest.approx(2 * 0.01**0.9)
    assert found.inverse(found.of(3e-3)[0]) == pytest.approx(3e-3)
    assert found.error_db == pytest.approx(0.0, abs=1e-6)


def test_one_point_moves_the_line_and_more_narrow_it() -> None:
    none = fitted([], [], NoiseFit(1.0))
    one, many = fitted([1e-2], [3e-2], none), fitted([1e-2] * 9, [3e-2] * 9, none)
    assert none == NoiseFit(1.0)
    assert one.slope == 1.0
    assert one.of(1e-2)[0] == pytest.approx(3e-2)
    assert many.sd_db < one.sd_db
    low, middle, high = (many.of(1e-2)[at] for at in (1, 0, 2))
    assert low < middle < high


def test_losses_rise_with_noise_even_where_measurements_do_not() -> None:
    seen = [Seen(0.01, 0.002, 0, 0.004, 100), Seen(0.1, 0.001, 0, 0.003, 100),
            Seen(1.0, 0.3, 0.2, 0.4, 100)]  # fmt: skip
    curve = drops(seen, 0.9)
    assert curve is not None
    tried = [curve.of(float(one)) for one in np.geomspace(1e-4, 100, 50)]
    assert tried == sorted(tried)
    assert tried[0] >= 0
    assert tried[-1] <= 0.9
    assert curve.of(0.1) == pytest.approx(0.0015)
    assert curve.of(curve.noise_for(0.1)) == pytest.approx(0.1, rel=0.02)
    assert drops([], 0.9) is None


def test_measured_points_correct_a_prediction() -> None:
    found = network()
    recipes = [Recipe(bits, 8, "mse", "mse") for bits in (3, 4, 6, 8)]
    rough = Predictor(found, "mse", "mse")
    widths = [rough.widths(recipe) for recipe in recipes]
    files = [
        Measured(recipe, sqnr_db=-10 * np.log10(3 * rough.summed(own)), drop=0.1 / recipe.weights)
        for recipe, own in zip(recipes, widths, strict=True)
    ]
    taught = Predictor(found, "mse", "mse", files)
    assert taught.fit.n == 4
    assert taught.of(widths[1]).noise == pytest.approx(3 * rough.summed(widths[1]), rel=0.05)
    assert taught.of(widths[1]).drop == pytest.approx(0.025, rel=0.1)
    assert len(taught.calibration) == 4
    assert taught.fit.sd_db < rough.fit.sd_db
    other = Predictor(found, "gptq", "mse", files)
    assert other.fit.n == 0
    for one in files:
        one.workload = "another"
    assert Predictor(found, "mse", "mse", files).fit.n == 0


def test_without_labels_nothing_is_said_of_accuracy() -> None:
    found = network(labels=False)
    bare = tuple(
        replace(one, loss=replace(one.loss, drop=None, drop_error=None)) for one in found.totals
    )
    told = Predictor(replace(found, totals=bare), "mse", "mse")
    assert told.of(told.widths(Recipe(4, 8))).drop is None
    assert told.noise_for(0.01) is None


def test_it_agrees_with_what_is_solved() -> None:
    found = network(12)
    told = Predictor(found, "mse", "mse", pace=by_macs(found, 2.0, 1.0))
    given = problem(found, Constraints(), told.losses, told.sizes, told.pace)
    picked = solve(given, Limits(size_bytes=given.size_bytes + 60_000))
    predicted = told.of([widths for _, *widths in picked.layers])
    assert told.summed([widths for _, *widths in picked.layers]) == pytest.approx(picked.noise)
    assert predicted.bit_operations == pytest.approx(picked.bit_operations)
    assert predicted.latency_ms == pytest.approx(picked.latency_ms)
    assert predicted.size_bytes == pytest.approx(picked.size_bytes, rel=0.02)


def test_the_width_of_weights_does_not_change_the_time() -> None:
    found = network()
    pace = by_macs(found, 2.0, 1.0)
    assert pace.basis == BY_MACS
    assert pace.of("layer1", 2, 8) == pace.of("layer1", 8, 8)
    assert pace.of("layer1", 16, 32) == pace.of("layer1", 32, 32) == 2 * pace.of("layer1", 8, 8)
    own = Pace(EXPLAINED, {"a": Times(2.0, 1.0, 0.25)}, 0.1, counts_clips=True)
    assert (own.of("a", 4, 4), own.of("a", 4, 8)) == (1.25, 1.0)
    assert "taken apart" in own.words
    assert "not in it" in pace.words
