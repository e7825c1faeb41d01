"""What a measurement sums up, kept beside it: answers to pictures, noise by class, single runs."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from quant.errors import StoreError

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

QUANTILES = tuple(i / 20 for i in range(21))  # of single runs, from the quickest to the slowest
SILENT_DB = -200.0
OTHER_BYTES = 4_000_000  # of all that does not grow with the number of pictures
KINDS: Mapping[str, type[np.generic]] = {
    "predictions": np.uint16,
    "confidence": np.float16,
    "labels": np.uint16,
    "signal": np.float32,
    "noise": np.float32,
    "signal_db": np.float16,
    "noise_db": np.float16,
    "runs_ms": np.float32,
    "fp32_runs_ms": np.float32,
}
BY_PICTURE = ("predictions", "confidence", "labels", "signal_db", "noise_db")
COUNTS = ("predictions", "labels")
DAMAGED = (
    ValueError, KeyError, OSError, EOFError, MemoryError, NotImplementedError, RuntimeError,
    zipfile.BadZipFile, zlib.error,
)  # fmt: skip
SLACK = 0.02  # by which probabilities that eight bits hold may miss a sum of 1


@dataclass(frozen=True, eq=False)
class Samples:
    """One file's answers to n report pictures in their order, and what else is kept of it.

    `predictions`, `confidence` (of the predicted class, 0 to 1) and `labels` are (n,). `signal`
    and `noise` are (classes,): sums of squares of FP32's logits and of the differences from them,
    over the pictures of a class; `signal_db` and `noise_db` are (n,), ten times the logarithm of
    the same sums of each picture, -200 where there is none. `runs_ms` are the QUANTILES of single
    runs at batch 1, and `fp32_runs_ms` those of FP32 beside them. What was not kept when it was
    measured is None.
    """

    predictions: Integers
    confidence: Floats
    labels: Integers | None = None
    signal: Floats | None = None
    noise: Floats | None = None
    signal_db: Floats | None = None
    noise_db: Floats | None = None
    runs_ms: Floats | None = None
    fp32_runs_ms: Floats | None = None

    def __len__(self) -> int:
        return len(self.predictions)

    def pack(self) -> bytes:
        """A compressed npz, as small as the values allow."""
        buffer = io.BytesIO()
        kept: dict[str, Any] = {
            name: np.asarray(values, kind)
            for name, kind in KINDS.items()
            if (values := getattr(self, name)) is not None
        }
        np.savez_compressed(buffer, **kept)
        return buffer.getvalue()

    @classmethod
    def read(cls, content: bytes, n: int) -> Self:
        """What `pack` wrote of n pictures; nothing in it is believed.

        Raises:
            StoreError: it is damaged.
        """
        with _sound_or_damaged(n):
            found = _sound(_arrays(content, n, KINDS), n)
            for name in ("predictions", "confidence"):
                if name not in found:
                    raise KeyError(name)
            return cls(**found)

    @property
    def sqnr_db(self) -> Floats | None:
        """(classes,) signal to quantisation noise; infinite without noise, NaN without pictures."""
        if self.signal is None or self.noise is None:
            return None
        with np.errstate(divide="ignore", invalid="ignore"):
            found: Floats = 10 * np.log10(self.signal / self.noise)
        return found


def right(content: bytes, n: int) -> NDArray[np.bool_] | None:
    """Which of n pictures a file has right, (n,), without reading the rest of what is packed; None
    where their true classes were not kept.

    Raises:
        StoreError: it is damaged.
    """
    with _sound_or_damaged(n):
        found = _sound(_arrays(content, n, COUNTS), n)
        predicted = found["predictions"]
    return np.asarray(predicted == found["labels"]) if "labels" in found else None


def decibels(values: NDArray[np.float32]) -> Floats:
    """Ten times the logarithm of the sums of squares of (n, classes), (n,); at least SILENT_DB."""
    squares = np.square(values, dtype=np.float64).sum(axis=1)
    return np.asarray(10 * np.log10(np.maximum(squares, 10 ** (SILENT_DB / 10))), np.float64)


def power(values: NDArray[np.float32], labels: Integers) -> Floats:
    """Sums of squares of (n, classes) by the class of the picture, (classes,)."""
    squares = np.square(values, dtype=np.float64).sum(axis=1)
    return np.asarray(np.bincount(labels, squares, values.shape[1]), np.float64)


def confidence(logits: NDArray[np.float32]) -> Floats:
    """The softmax's largest value, (n,); of a network that ends in Softmax its own."""
    if _are_probabilities(logits):
        return np.asarray(logits.max(axis=1), np.float64)
    shifted = logits - logits.max(axis=1, keepdims=True)
    return np.asarray(1 / np.exp(shifted).sum(axis=1), np.float64)


def _are_probabilities(scores: NDArray[np.float32]) -> bool:
    sums = scores.sum(axis=1, dtype=np.float64)
    return bool((scores >= 0).all() and (np.abs(sums - 1) < SLACK).all())


@contextmanager
def _sound_or_damaged(n: int) -> Iterator[None]:
    try:
        yield
    except DAMAGED as exc:
        raise StoreError(
            f"what was kept of {n:,} answers is damaged ({exc}); measure the point again"
        ) from exc


def _arrays(content: bytes, n: int, names: Collection[str]) -> dict[str, NDArray[Any]]:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        if sum(item.file_size for item in packed.infolist()) > 16 * n + OTHER_BYTES:
            raise ValueError("it unfolds to more than such answers take")
    with np.load(io.BytesIO(content), allow_pickle=False) as file:
        return {name: file[name] for name in KINDS if name in names and name in file.files}


def _sound(found: Mapping[str, NDArray[Any]], n: int) -> dict[str, NDArray[Any]]:
    sound: dict[str, NDArray[Any]] = {}
    for name, values in found.items():
        if values.dtype != KINDS[name] or values.ndim != 1:
            raise ValueError(f"{name} is {values.dtype} of shape {values.shape}")
        if name in BY_PICTURE and len(values) != n:
            raise ValueError(f"{name} has {len(values):,} entries")
        if name.endswith("runs_ms") and len(values) != len(QUANTILES):
            raise ValueError(f"{name} has {len(values):,} entries")
        if not np.isfinite(values).all():
            raise ValueError(f"{name} holds what is not a number")
        sound[name] = values.astype(np.int64 if name in COUNTS else np.float64)
    if len(sound.get("signal", ())) != len(sound.get("noise", ())):
        raise ValueError("signal and noise do not belong together")
    return sound
