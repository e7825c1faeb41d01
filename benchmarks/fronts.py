"""Predicted fronts of layers' widths beside Optuna's NSGA-II, given ten times the evaluations."""

from __future__ import annotations

import json
from collections.abc import Iterable

import numpy as np

from benchmarks.common import HOME, report
from benchmarks.rivals.room import Room
from benchmarks.rivals.seconds import timed
from quant.allocate.front import front
from quant.allocate.problem import Problem

OPTUNA = Room("optuna", ("optuna==5.0.0",), "optuna_side.py")
TIMES = 10  # as many evaluations


def compare(name: str, given: Problem) -> None:
    """Hypervolume of noise, in dB, and bytes, between the ends of the front, for the seconds."""
    ours, seconds = timed(lambda: front(given, "size_bytes"))
    own = [(one.noise, one.size_bytes - given.size_bytes) for one in ours.assignments]
    if not OPTUNA.ready():
        return
    folder = HOME / f"optuna-{name}"
    folder.mkdir(parents=True, exist_ok=True)
    options = [[(one.noise, one.size_bytes) for one in group.options] for group in given.groups]
    trials = TIMES * (len(ours.hull) + len(ours.between))
    (folder / "problem.json").write_text(json.dumps({"groups": options, "trials": trials}))
    if not OPTUNA.run(folder):
        return
    found = json.loads((folder / "front.json").read_text())
    box = _box(own)
    volumes = _volume(own, box), _volume(map(tuple, found["front"]), box)
    print(
        f"  {name}: {len(own)} points in {seconds}, hypervolume {volumes[0]:.3f}; NSGA-II with "
        f"{trials:,} trials {found['seconds']:.1f} s of CPU, hypervolume {volumes[1]:.3f}"
    )
    rates = volumes[0] / max(seconds.cpu, 1e-9), volumes[1] / max(found["seconds"], 1e-9)
    report(f"{name} hypervolume a CPU second, NSGA-II / ours", rates[1] / rates[0], 1.0)


def _box(points: list[tuple[float, float]]) -> tuple[float, float, float, float]:
    noises, sizes = np.log10([noise for noise, _ in points]), [size for _, size in points]
    return float(noises.min()), float(noises.max()), min(sizes), max(sizes)


def _volume(points: Iterable[tuple[float, float]], box: tuple[float, float, float, float]) -> float:
    """Share of the box that is dominated; the best is 1 in both."""
    low, high, small, large = box
    placed = sorted(
        ((size - small) / (large - small), (np.log10(max(noise, 1e-30)) - low) / (high - low))
        for noise, size in points
    )
    area, best = 0.0, 1.0
    for x, y in placed:
        if x < 1 and y < best:
            area += (1 - max(x, 0.0)) * (best - max(y, 0.0))
            best = max(y, 0.0)
    return area
