"""What a measurement sums up, packed and read again."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quant.errors import StoreError
from quant.measure.accuracy import sqnr_db
from quant.samples import QUANTILES, Samples, confidence, power

N = 6


def samples(**changes: object) -> Samples:
    values: dict[str, object] = {
        "predictions": np.array([0, 1, 2, 0, 1, 2]),
        "confidence": np.array([0.9, 0.5, 0.7, 0.99, 1.0, 0.4]),
        "labels": np.array([0, 1, 1, 0, 1, 0]),
        "signal": np.array([4.0, 9.0, 0.0]),
        "noise": np.array([0.04, 0.0, 0.0]),
        "runs_ms": np.linspace(0.2, 0.3, len(QUANTILES)),
        "fp32_runs_ms": np.linspace(0.6, 0.9, len(QUANTILES)),
    }
    return Samples(**(values | changes))  # type: ignore[arg-type]


def test_what_is_packed_is_read_again() -> None:
    packed = samples()
    read = Samples.read(packed.pack(), N)
    assert read.labels is not None
    assert read.runs_ms is not None
    np.testing.assert_array_equal(read.predictions, packed.predictions)
    np.testing.assert_array_equal(read.labels, [0, 1, 1, 0, 1, 0])
    np.testing.assert_allclose(read.confidence, packed.confidence, atol=5e-4)
    np.testing.assert_allclose(read.runs_ms, np.linspace(0.2, 0.3, len(QUANTILES)), rtol=1e-6)


def test_what_was_not_kept_is_none() -> None:
    old = samples(labels=None, signal=None, noise=None, runs_ms=None, fp32_runs_ms=None)
    read = Samples.read(old.pack(), N)
    assert read.labels is None
    assert read.sqnr_db is None
    assert read.runs_ms is None


def test_noise_by_class_adds_up_to_the_noise_of_all() -> None:
    rng = np.random.default_rng(0)
    fp32 = rng.normal(size=(40, 5)).astype(np.float32)
    given = fp32 + rng.normal(scale=0.1, size=(40, 5)).astype(np.float32)
    labels = rng.integers(0, 4, 40)  # of the fifth class there is no picture
    signal, noise = power(fp32, labels), power(fp32 - given, labels)
    whole = 10 * np.log10(signal.sum() / noise.sum())
    assert whole == pytest.approx(sqnr_db(fp32, given))
    by_class = samples(signal=signal, noise=noise).sqnr_db
    assert by_class is not None
    assert np.isfinite(by_class[:4]).all()
    assert np.isnan(by_class[4])


def test_confidence_is_that_of_the_softmax() -> None:
    logits = np.array([[1.0, 2.0, 0.0], [200.0, 0.0, 0.0]], np.float32)
    first = np.exp(2) / (np.exp(1) + np.exp(2) + 1)
    np.testing.assert_allclose(confidence(logits), [first, 1.0], rtol=1e-6)


@given(st.binary(max_size=200))
def test_no_bytes_bring_it_down(content: bytes) -> None:
    with pytest.raises(StoreError, match="measure the point again"):
        Samples.read(content, N)


def _written(**arrays: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "arrays",
    [
        {"predictions": np.zeros(N, np.uint16)},
        {"predictions": np.zeros(N, np.int64), "confidence": np.ones(N, np.float16)},
        {"predictions": np.zeros((N, 1), np.uint16), "confidence": np.ones(N, np.float16)},
        {"predictions": np.zeros(N - 1, np.uint16), "confidence": np.ones(N - 1, np.float16)},
        {"predictions": np.zeros(N, np.uint16), "confidence": np.full(N, np.nan, np.float16)},
        {"predictions": np.zeros(9_000_000, np.uint16), "confidence": np.ones(N, np.float16)},
        {
            "predictions": np.zeros(N, np.uint16),
            "confidence": np.ones(N, np.float16),
            "noise": np.ones(3, np.float32),
        },
    ],
    ids=["half", "kind", "shape", "count", "not a number", "bomb", "noise alone"],
)
def test_what_no_bitfront_wrote_is_refused(arrays: dict[str, np.ndarray]) -> None:
    with pytest.raises(StoreError, match="is damaged"):
        Samples.read(_written(**arrays), N)
