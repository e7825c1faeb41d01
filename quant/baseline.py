"""FP32's answers, which every file of a network is compared with."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from models.data import Dataset
from models.workload import AGREEMENT, Workload
from quant.disk import writing
from quant.graph.prepared import Prepared
from quant.measure.accuracy import Answers, answers
from quant.runtimes import choice_of
from quant.settings import settings

Progress = Callable[[str, float], None]  # the step in words, the share of this point that is done

TIMING = 0.8  # the share of a point after which it is timed
LEARNING, LEARNED = 0.22, 0.30  # the shares of a point between which its weights are rounded


def share_of(progress: Progress, count: int, start: float, width: float) -> Callable[[float], None]:
    """Progress of a run over pictures, as a part of the point's own."""
    return lambda done: progress(f"Running {count:,} pictures", start + width * done)


def mostly_learning(progress: Progress) -> Progress:
    """Progress of a point whose rounding learns: that is most of its time, so most of its bar."""

    def told(step: str, share: float) -> None:
        progress(
            step, float(np.interp(share, (0.0, LEARNING, LEARNED, 1.0), (0.0, 0.05, 0.8, 1.0)))
        )

    return told


@dataclass(frozen=True)
class Baseline:
    """FP32's logits on the first `count` report pictures, kept so that one run serves a sweep.

    `runtime` is the full name of what executes it.
    """

    prepared: Prepared
    workload: Workload
    data: Dataset
    count: int
    home: Path
    runtime: str

    def answers(self, progress: Progress, *, again: bool) -> Answers:
        """From the cache, unless they are to be run `again` or are not there. Without true labels,
        what FP32 says is what is right."""
        given = self._answers(progress, again=again)
        if self.workload.metric == AGREEMENT:
            return replace(given, labels=given.predictions)
        return given

    def _answers(self, progress: Progress, *, again: bool) -> Answers:
        if not again and self.cache.exists():
            with np.load(self.cache) as kept:
                if len(kept["labels"]) >= self.count:
                    return Answers(kept["logits"][: self.count], kept["labels"][: self.count])
        path, threads = self.prepared.path, settings().threads
        share = share_of(progress, self.count, 0.03, 0.1)
        given = answers(
            path,
            self.data.report,
            self.count,
            share,
            threads=threads,
            runtime=choice_of(self.runtime),
        )
        buffer = io.BytesIO()
        np.savez(buffer, logits=given.logits, labels=given.labels)
        with writing(self.cache):
            self.cache.parent.mkdir(parents=True, exist_ok=True)
            draft = self.cache.with_suffix(f".{os.getpid()}")
            draft.write_bytes(buffer.getvalue())
            draft.replace(self.cache)
        return given

    @property
    def cache(self) -> Path:
        parts = (self.prepared.sha256, self.data.fingerprint, self.runtime)
        name = hashlib.sha256("|".join(parts).encode()).hexdigest()[:20]
        return self.home / "cache" / "fp32" / f"{self.workload.slug}-{name}.npz"
