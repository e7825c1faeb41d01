"""Thirty sweeps whose processes are killed at random: nothing lost, nothing doubled, all done."""

from __future__ import annotations

import random
import tempfile
from collections import Counter
from pathlib import Path

from benchmarks.common import report
from benchmarks.killing import round_of
from quant.jobs.requests import SweepRequest
from quant.recipe import Recipe

ROUNDS = 30
SEED = 2026
REQUEST = SweepRequest("fashion-resnet", (Recipe(8, 8), Recipe(4, 8), Recipe(2, 8)), images=500)


def main() -> None:
    chance = random.Random(SEED)
    killed: Counter[str] = Counter()
    faulty = 0
    longest = 0.0
    for number in range(1, ROUNDS + 1):
        with tempfile.TemporaryDirectory(prefix="bitfront-kills-") as home:
            environment = {"BITFRONT_FIRST_SWEEP": "0", "BITFRONT_IDLE_SECONDS": "5"}
            found = round_of(Path(home), REQUEST, environment, 3, (0.2, 4.0), chance)
        killed.update(found.killed)
        faulty += bool(found.faults)
        longest = max(longest, found.seconds)
        words = "; ".join(found.faults) or "whole"
        print(f"  {number:2} killed {', '.join(found.killed)}: {words}", flush=True)
    print(f"killed in all: {dict(killed)}")
    report(f"rounds of {ROUNDS} that lost, doubled or left something", faulty, 0, "")
    report("longest round", longest, None, " s")
