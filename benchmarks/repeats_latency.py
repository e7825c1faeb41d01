"""Ten repeats of whole latency measurements: ratios against the intervals stated for a repeat."""

from __future__ import annotations

import time
from itertools import pairwise, permutations

import numpy as np

from benchmarks.common import HOME, report, subject
from quant.measure.latency import Latency, timed
from quant.measure.starts import AGAIN
from quant.recipe import Recipe
from quant.settings import settings

REPEATS = 10
RECIPES = (Recipe(8, 8), Recipe(4, 8), Recipe(8, 32))


def main() -> None:
    chosen = subject("fashion-resnet")
    if chosen is None:
        return
    files = {recipe.label: chosen.artifact(recipe).path for recipe in RECIPES}
    picture = chosen.data.report.take([0])
    found: dict[str, list[Latency]] = {label: [] for label in files}
    took = []
    for _ in range(REPEATS):
        for label, path in files.items():
            began = time.perf_counter()
            threads = settings().threads
            found[label].append(
                timed(path, chosen.prepared.path, picture, threads=threads, home=HOME)
            )
            took.append(time.perf_counter() - began)
    following = anyhow = pairs = 0
    for label, repeats in found.items():
        _tell(label, repeats)
        following += sum(_holds(one, other) for one, other in pairwise(repeats))
        anyhow += sum(_holds(one, other) for one, other in permutations(repeats, 2))
        pairs += REPEATS * (REPEATS - 1)
    n = len(files) * (REPEATS - 1)
    print(f"stated for the next one: {AGAIN:.0%}; it was there {following} of {n} times")
    print(f"over all {pairs} pairs of repeats: {anyhow / pairs:.1%}")
    missed = 1 - anyhow / pairs
    report("repeats outside the stated interval, share of pairs", missed, 1 - AGAIN + 0.05, "")
    report("seconds a measurement, median", float(np.median(took)), unit=" s")


def _holds(one: Latency, other: Latency) -> bool:
    return one.ratio.again.low <= other.ratio.middle <= one.ratio.again.high


def _tell(label: str, repeats: list[Latency]) -> None:
    ratios = np.array([one.ratio.middle for one in repeats])
    wide = np.median([one.ratio.again.high / one.ratio.again.low for one in repeats])
    slow = sum(bool(one.note) for one in repeats)
    listed = " ".join(f"{ratio:.3f}" for ratio in ratios)
    print(
        f"{label}: {listed}; spread of repeats {np.log(ratios).std(ddof=1):.1%}, interval for a "
        f"repeat ± {(np.sqrt(wide) - 1):.1%}, flagged as slow {slow} of {REPEATS}"
    )
