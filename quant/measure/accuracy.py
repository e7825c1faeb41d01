"""Run a file over labelled pictures: predictions, ranks and logits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.data import Split
from quant.errors import ModelError
from quant.runtime.ort import Session

SMALL_PICTURE = 10_000  # values; larger pictures go through in smaller batches
Progress = Callable[[float], None]


@dataclass(frozen=True)
class Answers:
    """What a file says of n pictures: logits (n, classes), labels (n,)."""

    logits: NDArray[np.float32]
    labels: NDArray[np.int64]

    @property
    def predictions(self) -> NDArray[np.int64]:
        return np.asarray(self.logits.argmax(axis=1), np.int64)

    @property
    def right(self) -> NDArray[np.bool_]:
        return np.asarray(self.predictions == self.labels)

    @property
    def right_in_five(self) -> NDArray[np.bool_]:
        """Whether fewer than five classes score above the true one."""
        truth = np.take_along_axis(self.logits, self.labels[:, None], axis=1)
        return np.asarray((self.logits > truth).sum(axis=1) < 5)


def answers(session: Session, split: Split, limit: int | None, progress: Progress) -> Answers:
    """Run every picture of a split, or its first `limit`, in batches."""
    logits: list[NDArray[np.float32]] = []
    labels: list[NDArray[np.int64]] = []
    total, done = min(len(split), limit or len(split)), 0
    for pictures, truth in split.batches(batch_size(split), limit):
        out = session.run(pictures)
        if out.ndim != 2 or len(out) != len(truth):
            raise ModelError(
                f"the network gives outputs of shape {out.shape} for {len(truth)} pictures; "
                "a classifier gives (pictures, classes)"
            )
        logits.append(out)
        labels.append(truth)
        done += len(truth)
        progress(done / total)
    return Answers(np.concatenate(logits), np.concatenate(labels))


def batch_size(split: Split) -> int:
    """Large enough to keep the cores busy, small enough to stay in cache."""
    return 100 if split.take([0]).size <= SMALL_PICTURE else 16


def sqnr_db(reference: NDArray[np.float32], values: NDArray[np.float32]) -> float | None:
    """Signal to quantisation noise, 10 log10 of power over power; None when there is no noise."""
    noise = float(np.square(reference - values, dtype=np.float64).sum())
    if noise == 0:
        return None
    return float(10 * np.log10(float(np.square(reference, dtype=np.float64).sum()) / noise))
