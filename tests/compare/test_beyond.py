"""Differences in noise and confidence, by paired bootstrap."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from quant.compare.beyond import differences
from quant.compare.sides import Side
from quant.samples import SILENT_DB, decibels
from tests.compare.answers import AFTER, BEFORE, side

N = 400


def noisy(letter: str, scale: float, sure: float) -> Side:
    """As many pictures with noise that a picture has of both files alike."""
    rng = np.random.default_rng(0)
    shared, own = rng.normal(size=(N, 10)), np.random.default_rng(len(letter)).normal(size=(N, 10))
    noise = (shared * rng.uniform(0.5, 2, (N, 1)) + 0.1 * own) * scale
    made = side(letter, BEFORE)
    assert made.samples is not None
    kept = replace(
        made.samples,
        predictions=np.zeros(N, np.int64),
        labels=np.zeros(N, np.int64),
        confidence=np.clip(rng.beta(5, 1, N) * sure, 0, 1),
        noise_db=decibels(noise.astype(np.float32)),
    )
    return Side(letter, replace(made.point, n=N), kept)


def test_a_difference_has_a_paired_interval() -> None:
    sure, noise = differences(noisy("A", 1.0, 1.0), noisy("B", 1.1, 0.99))
    assert (noise.name, noise.unit) == ("signal to noise", "dB")
    assert noise.value == pytest.approx(-20 * np.log10(1.1), abs=0.02)
    assert noise.interval.low < noise.value < noise.interval.high
    assert noise.interval.high - noise.interval.low < 0.1  # alone, each would have ten times that
    assert noise.told_apart
    assert noise.words.startswith("signal to noise −0.8")
    assert (sure.name, sure.unit) == ("confidence", "pp")
    assert sure.value == pytest.approx(-0.0083, abs=5e-4)
    assert sure.told_apart


def test_what_was_not_kept_or_has_no_noise_is_left_out() -> None:
    first, second = noisy("A", 1.0, 1.0), noisy("B", 1.0, 1.0)
    assert second.samples is not None
    fp32 = replace(second.samples, noise_db=np.full(N, SILENT_DB))
    named = [one.name for one in differences(first, Side("B", second.point, fp32))]
    assert named == ["confidence"]
    assert [one.name for one in differences(side("A", BEFORE), side("B", AFTER))] == ["confidence"]
    assert differences(first, Side("B", second.point, None)) == ()
    elsewhere = replace(second.point, data_id="other")
    assert differences(first, Side("B", elsewhere, second.samples)) == ()
