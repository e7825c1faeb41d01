"""Run a file over labelled pictures: predictions, ranks and logits."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.data import Split
from quant.errors import ModelError
from quant.runtime.protocol import Loaded
from quant.runtime.table import runtime as named
from quant.runtimes import USUAL

SMALL_PICTURE = 10_000  # values; larger pictures go through in smaller batches
Progress = Callable[[float], None]
Batch = tuple[NDArray[np.float32], NDArray[np.int64]]


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
        """Whether fewer than five classes come before the true one; ties go by class index."""
        truth = np.take_along_axis(self.logits, self.labels[:, None], axis=1)
        earlier = np.arange(self.logits.shape[1]) < self.labels[:, None]
        before = (self.logits > truth) | ((self.logits == truth) & earlier)
        return np.asarray(before.sum(axis=1) < 5)


def answers(
    path: Path,
    split: Split,
    limit: int | None,
    progress: Progress,
    *,
    threads: int,
    runtime: str = USUAL,
) -> Answers:
    """Run every picture of a split, or its first `limit`.

    Batches run side by side on one thread each: quicker than one after the other on several
    threads, and the same to the last bit whatever the number of threads.
    """
    session = named(runtime).load(path, threads=1, at_once=threads)
    logits: list[NDArray[np.float32]] = []
    labels: list[NDArray[np.int64]] = []
    total, done = min(len(split), limit or len(split)), 0
    with ThreadPoolExecutor(threads) as pool:
        for out, truth in _ahead(pool, session, split.batches(batch_size(split), limit), threads):
            if out.ndim != 2 or len(out) != len(truth):
                raise ModelError(
                    f"the network gives outputs of shape {out.shape} for {len(truth)} pictures; "
                    "a classifier gives (pictures, classes)"
                )
            if not np.isfinite(out).all():
                raise ModelError("the network gives values that are not numbers; it is damaged")
            logits.append(out)
            labels.append(truth)
            done += len(truth)
            progress(done / total)
    return Answers(np.concatenate(logits), np.concatenate(labels))


def _ahead(
    pool: ThreadPoolExecutor, session: Loaded, batches: Iterable[Batch], threads: int
) -> Iterator[tuple[NDArray[np.float32], NDArray[np.int64]]]:
    """Results in order, with few batches in memory at a time."""
    waiting: deque[tuple[Future[NDArray[np.float32]], NDArray[np.int64]]] = deque()
    for pictures, truth in batches:
        waiting.append((pool.submit(session.run, pictures), truth))
        if len(waiting) > 2 * threads:
            future, labels = waiting.popleft()
            yield future.result(), labels
    for future, labels in waiting:
        yield future.result(), labels


def batch_size(split: Split) -> int:
    """Large enough to keep the cores busy, small enough to stay in cache."""
    return 50 if split.take([0]).size <= SMALL_PICTURE else 8


def sqnr_db(reference: NDArray[np.float32], values: NDArray[np.float32]) -> float | None:
    """Signal to quantisation noise, 10 log10 of power over power; None when there is no noise."""
    noise = float(np.square(reference - values, dtype=np.float64).sum())
    if noise == 0:
        return None
    return float(10 * np.log10(float(np.square(reference, dtype=np.float64).sum()) / noise))
