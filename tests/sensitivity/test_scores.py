"""Scores go through JSON unchanged and are found by layer, kind and width."""

from __future__ import annotations

import json

import pytest

from quant.sensitivity.scores import (
    ACTIVATIONS,
    WEIGHTS,
    LayerFacts,
    Loss,
    Score,
    Sensitivity,
    Total,
)


def sample() -> Sensitivity:
    lost = Loss(0.01, 0.001, 0.02, 0.002, 0.03, 0.004, 0.0, 0.01)
    return Sensitivity(
        key="k", workload="w", method="mse", ranges="mse", seed=0, n=128, data="d", data_id="i",
        has_labels=True,
        layers=(LayerFacts("a", "Conv", 9, 90, (1, 1, 3, 3), 1, "x"),),
        scores=(Score("a", WEIGHTS, 4, 4, lost, lost), Score("a", ACTIVATIONS, 4, 8, lost, lost)),
        totals=(Total(WEIGHTS, 4, lost),),
        seconds=1.0, cpu_seconds=2.0, machine="m", made_at="2026-01-01T00:00:00+00:00",
    )  # fmt: skip


def test_scores_go_through_json_unchanged() -> None:
    told = sample()
    assert Sensitivity.from_dict(json.loads(json.dumps(told.to_dict()))) == told


def test_a_score_is_found_by_layer_kind_and_width() -> None:
    told = sample()
    found = told.score("a", ACTIVATIONS, 4)
    assert found is not None
    assert found.used_bits == 8
    assert told.score("b", WEIGHTS, 4) is None
    assert told.total(WEIGHTS, 4) is not None
    assert told.total(WEIGHTS, 3) is None


def test_noise_reads_as_decibels_and_no_noise_as_none() -> None:
    assert Loss(0.01, 0, 0, 0).sqnr_db == pytest.approx(20.0)
    assert Loss(0.0, 0, 0, 0).sqnr_db is None
