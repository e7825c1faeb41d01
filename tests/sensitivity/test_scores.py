"""Scores go through JSON and compression unchanged and are found by layer, kind and width."""

from __future__ import annotations

import json

import pytest

from quant.sensitivity import histograms, rated
from quant.sensitivity.histograms import Histogram, Histograms
from quant.sensitivity.scores import ACTIVATIONS, WEIGHTS, Loss, Sensitivity
from tests.sensitivity.samples import sensitivity


def test_scores_go_through_json_unchanged() -> None:
    told = sensitivity()
    assert Sensitivity.from_dict(json.loads(json.dumps(told.to_dict()))) == told
    assert rated.unpack(rated.pack(told)) == told


def test_histograms_go_through_compression_unchanged() -> None:
    one = Histogram(-1.0, 1.0, (1, 2), {2: (3, 0), 8: (1, 2)})
    found = (Histograms("a", one, None), Histograms("b", None, one))
    assert histograms.unpack(histograms.pack(found)) == found


@pytest.mark.parametrize("content", [b"", b"nonsense", rated.pack(sensitivity())[:50]])
def test_what_is_no_scores_says_so(content: bytes) -> None:
    with pytest.raises(ValueError, match="no scores of layers"):
        rated.unpack(content)
    with pytest.raises(ValueError, match="no histograms of layers"):
        histograms.unpack(content)


def test_a_score_is_found_by_layer_kind_and_width() -> None:
    told = sensitivity()
    found = told.score("stem", ACTIVATIONS, 4)
    assert found is not None
    assert found.used_bits == 8
    assert told.score("mix", WEIGHTS, 4) is None
    assert told.total(WEIGHTS, 4) is not None
    assert told.total(ACTIVATIONS, 3) is None


def test_noise_reads_as_decibels_and_no_noise_as_none() -> None:
    assert Loss(0.01, 0, 0, 0).sqnr_db == pytest.approx(20.0)
    assert Loss(0.0, 0, 0, 0).sqnr_db is None
