"""Sizes against FP32, and what eight bits cost in accuracy."""

from __future__ import annotations

from math import sqrt

from benchmarks.common import HOME, SAMPLE, report, subject
from quant.evaluate import evaluate
from quant.identity import Request
from quant.recipe import Recipe

SIZE_GOALS = {8: 0.27, 4: 0.15, 2: 0.09}
DROP_GOALS = {"fashion-resnet": 0.2, "imagenet-lite0": 0.6}


def main() -> None:
    for name, goals in (("fashion-resnet", SIZE_GOALS), ("imagenet-lite0", {})):
        chosen = subject(name)
        if chosen is None:
            continue
        whole = chosen.prepared.path.stat().st_size
        for bits in (8, 7, 6, 5, 4, 3, 2):
            size = chosen.artifact(Recipe(bits, 8)).path.stat().st_size
            report(f"{name} W{bits} size / FP32", size / whole, goals.get(bits))
        _drop(name)


def _drop(name: str) -> None:
    folder = str(SAMPLE) if name == "imagenet-lite0" else None
    for method, ranges in (("nearest", "minmax"), ("mse", "mse")):
        request = Request(name, Recipe(8, 8, method, ranges), folder)
        found = evaluate(request, HOME, lambda _step, _share: None).measurement
        error = sqrt((found.lost + found.gained) / found.n - found.drop**2) / sqrt(found.n)
        less = error if name == "imagenet-lite0" else 0.0
        print(
            f"{name} W8A8 {method}, {ranges} ranges: drop {found.drop * 100:.2f} pp "
            f"({found.drop_low * 100:.2f} to {found.drop_high * 100:.2f}), n {found.n:,}, "
            f"standard error {error * 100:.2f} pp, SQNR {found.sqnr_db:.1f} dB"
        )
        subtracted = " less a standard error" if less else ""
        report(f"  drop{subtracted}", (found.drop - less) * 100, DROP_GOALS[name], unit=" pp")
