"""An embedded workload tried from a request to scores, with a few of its pictures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.workload import workload
from quant.errors import InvalidRecipe, RequestError
from quant.identity import Request, data_of
from quant.perturb.rate import labels_of, pictures, rated
from quant.recipe import Recipe
from quant.sensitivity.histograms import BINS, unpack
from quant.sensitivity.identity import key_of
from quant.sensitivity.rated import Rated
from quant.sensitivity.scores import ACTIVATIONS, PRODUCT, RUN, WEIGHTS, WIDTHS
from quant.sensitivity.words import why

NAME = "fashion-vit"
REQUEST = Request(NAME, Recipe(method="mse", ranges="mse", calibration_images=50), images=8)


def silent(_step: str, _share: float) -> None:
    pass


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def found(home: Path) -> Rated:
    """As of a large network, of which only what is always run is run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("quant.perturb.schedule.MOST_MACS", 1.0)
        return rated(REQUEST, home, silent)


def test_every_layer_has_a_score_at_every_width(found: Rated) -> None:
    told = found.sensitivity
    for layer in told.layers:
        for bits in WIDTHS[WEIGHTS]:
            assert (told.score(layer.name, WEIGHTS, bits) is None) == (layer.op == PRODUCT)
        for bits in WIDTHS[ACTIVATIONS]:
            assert told.score(layer.name, ACTIVATIONS, bits) is not None
    run = {(one.kind, one.bits) for one in told.scores if one.alone_how == RUN}
    assert {(WEIGHTS, bits) for bits in (2, 3, 4)} <= run
    assert (WEIGHTS, 8) not in run
    assert {one.op for one in told.layers} >= {"Conv", "MatMul", PRODUCT}
    assert (told.n, told.has_labels, len(told.totals)) == (8, True, 12)
    assert all(why(told, layer, ACTIVATIONS, 4) for layer in told.layers)


def test_fewer_bits_lose_more(found: Rated) -> None:
    told = found.sensitivity
    noise = [
        sum(one.alone.noise for one in told.scores if (one.kind, one.bits) == (WEIGHTS, bits))
        for bits in (2, 4, 6, 8)
    ]
    assert noise == sorted(noise, reverse=True)
    totals = [told.total(WEIGHTS, bits) for bits in (2, 4, 6, 8)]
    sizes = [one.loss.noise for one in totals if one is not None]
    assert sizes == sorted(sizes, reverse=True)


def test_facts_and_histograms_are_those_of_the_layer(found: Rated) -> None:
    beside = {one.layer: one for one in unpack(found.histograms)}
    assert list(beside) == [layer.name for layer in found.sensitivity.layers]
    for layer in found.sensitivity.layers:
        one = beside[layer.name]
        assert (one.weights is None) == (layer.op == PRODUCT)
        if one.weights is None or layer.weights is None:
            continue
        assert sum(one.weights.before) == layer.parameters
        assert {sum(counts) for counts in one.weights.after.values()} == {layer.parameters}
        assert len(one.weights.before) == BINS
        assert layer.weights.error[0] > layer.weights.error[-1]
        assert layer.weights.a_channel * layer.shape[0] == layer.parameters


def test_what_was_tried_on_the_way_is_cleared_at_the_end(found: Rated, home: Path) -> None:
    folder = home / "cache" / "sensitivity" / found.sensitivity.key
    assert not folder.exists()


def test_the_key_is_known_before_anything_is_tried(found: Rated, home: Path) -> None:
    data, given = data_of(REQUEST, home), workload(NAME)
    assert key_of(given, REQUEST, data) == found.sensitivity.key
    wider = replace(REQUEST, recipe=replace(REQUEST.recipe, weights=3, activations=4))
    assert key_of(given, wider, data) == found.sensitivity.key
    other = replace(REQUEST, recipe=replace(REQUEST.recipe, ranges="minmax"))
    assert key_of(given, other, data) != found.sensitivity.key


def test_no_picture_that_is_reported_on_is_looked_at(home: Path) -> None:
    data = data_of(REQUEST, home)
    rows = pictures(data.calibrate, REQUEST.recipe, 60)
    assert len(set(rows.tolist())) == 60
    looked_at = {data.calibrate.contents[row] for row in rows}
    assert not looked_at & set(data.report.contents)


def test_labels_count_only_where_they_mean_something(home: Path) -> None:
    split, rows = data_of(REQUEST, home).calibrate, np.arange(4)
    given = workload(NAME)
    assert labels_of(given, split, rows) is not None
    assert labels_of(replace(given, is_random=True), split, rows) is None


def test_more_pictures_than_there_are_is_a_sentence(home: Path) -> None:
    with pytest.raises(RequestError, match=r"9,999 pictures .* are there to calibrate"):
        rated(replace(REQUEST, images=9_999), home, silent)


def test_a_method_that_learns_is_a_sentence(home: Path) -> None:
    learned = replace(REQUEST, recipe=replace(REQUEST.recipe, method="gptq"))
    with pytest.raises(InvalidRecipe, match="nearest or mse"):
        rated(learned, home, silent)
