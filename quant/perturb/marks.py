"""What the logits of each picture say beside FP32's, and what is lost on all of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quant.sensitivity.scores import Loss

Doubles = NDArray[np.float64]
NOISE, KL, CROSS_ENTROPY, RIGHT = range(4)


@dataclass(frozen=True)
class Reference:
    """FP32's logits (n, classes), and the true classes (n,) where they are known."""

    logits: NDArray[np.float32]
    labels: NDArray[np.int64] | None

    def marks(self, logits: NDArray[np.float32], start: int = 0) -> Doubles:
        """Of the pictures from `start` on, (4, n): noise power over the mean power of FP32's
        logits, KL divergence from FP32 in nats, cross-entropy in nats, right or not; the last two
        are 0 without labels."""
        rows = slice(start, start + len(logits))
        reference = self.logits[rows]
        before, after = _log_softmax(reference), _log_softmax(logits)
        power = np.square(self.logits, dtype=np.float64).sum(1).mean()
        noise = np.square(logits.astype(np.float64) - reference).sum(1)
        found = np.zeros((4, len(logits)))
        found[NOISE] = noise / power if power else 0.0
        found[KL] = np.maximum((np.exp(before) * (before - after)).sum(1), 0.0)
        if self.labels is not None:
            truth = self.labels[rows]
            found[CROSS_ENTROPY] = -after[np.arange(len(logits)), truth]
            found[RIGHT] = logits.argmax(1) == truth
        return found

    @property
    def own(self) -> Doubles:
        """FP32's marks."""
        return self.marks(self.logits)

    def loss(self, before: Doubles, after: Doubles) -> Loss:
        """What is lost between two marks, with standard errors over the pictures."""
        apart = after - before
        means, errors = apart.mean(1), np.zeros(4)
        if apart.shape[1] > 1:
            errors = apart.std(1, ddof=1) / np.sqrt(apart.shape[1])
        mean, error = ([float(value) for value in each] for each in (means, errors))
        if self.labels is None:
            return Loss(mean[NOISE], error[NOISE], mean[KL], error[KL])
        return Loss(
            mean[NOISE], error[NOISE], mean[KL], error[KL],
            mean[CROSS_ENTROPY], error[CROSS_ENTROPY], 0.0 - mean[RIGHT], error[RIGHT],
        )  # fmt: skip


def _log_softmax(logits: NDArray[np.float32]) -> Doubles:
    shifted = logits.astype(np.float64) - logits.max(1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(1, keepdims=True)))
