"""One runtime's side of a point: its file, FP32's there, and what both said of the pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from models.data import Dataset
from quant.artifact import Artifact
from quant.baseline import LEARNED, TIMING, Progress, share_of
from quant.errors import ModelError
from quant.graph.prepared import Prepared
from quant.measure.accuracy import Answers, answers
from quant.measure.latency import Contender, Latency, Timings
from quant.runtimes import full_name, title
from quant.settings import settings


@dataclass(frozen=True)
class Side:
    """`prepared` has FP32's file for this runtime, `fp32` and `said` answer the same pictures."""

    runtime: str
    artifact: Artifact
    prepared: Prepared
    fp32: Answers
    said: Answers
    is_fp32: bool

    @property
    def contender(self) -> Contender:
        beside = self.artifact.path if self.is_fp32 else self.prepared.path
        return Contender(self.artifact.path, beside, self.runtime)


@dataclass(frozen=True)
class Pick:
    """The quicker side of a point, and the quicker of FP32; `passed` says why others are out."""

    own: Side
    fp32: Side
    timed: Latency
    passed: tuple[str, ...] = ()

    @property
    def said(self) -> Answers:
        """The answers of the file; without true labels, right is what the FP32 beside it says,
        which may be another runtime's."""
        return replace(self.own.said, labels=self.fp32.fp32.labels)


def answered(
    runtime: str,
    artifact: Artifact,
    prepared: Prepared,
    fp32: Answers,
    data: Dataset,
    progress: Progress,
    *,
    is_fp32: bool,
) -> Side:
    """Have a file answer the pictures that FP32 has answered, in the same runtime."""
    said, count = fp32, len(fp32.labels)
    if not is_fp32:
        share = share_of(progress, count, LEARNED, 0.5)
        threads = settings().threads
        said = answers(artifact.path, data.report, count, share, threads=threads, runtime=runtime)
        said = replace(said, labels=fp32.labels)  # which are FP32's answers without true ones
    return Side(runtime, artifact, prepared, fp32, said, is_fp32)


def told_of(progress: Progress, runtime: str, at: int, of: int) -> Progress:
    """Progress of one of several sides, which has its part of what comes before the timing."""
    if of == 1:
        return progress

    def told(step: str, share: float) -> None:
        progress(f"{title(runtime)}: {step}", (at * TIMING + share) / of)

    return told


def those_that_hold(
    names: Iterable[str], side: Callable[[str], Side]
) -> tuple[list[Side], list[str]]:
    """The sides of these runtimes, and a sentence of each that has none.

    Raises:
        ModelError: none has one; the first one's.
    """
    found: list[Side] = []
    failed: dict[str, ModelError] = {}
    for name in names:
        try:
            found.append(side(name))
        except ModelError as exc:
            failed[name] = exc
    if not found:
        raise next(iter(failed.values()))
    return found, [f"not run in {title(name)}: {exc}" for name, exc in failed.items()]


def picked(sides: list[Side], timings: Timings, passed: Iterable[str]) -> Pick:
    """The quickest file, whose ratio is to the quickest FP32."""
    own, fp32 = timings.quickest(), timings.quickest(of_fp32=True)
    if sides[own].is_fp32:
        fp32 = own
    others = [
        f"{title(full_name(side.runtime))} took {timings.latency(at).file.middle:.3g} ms"
        for at, side in enumerate(sides)
        if at != own
    ]
    return Pick(sides[own], sides[fp32], timings.latency(own, fp32), (*others, *passed))
