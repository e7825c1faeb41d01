"""AdaRound beside AIMET's: the same network, pictures, widths and steps, on three layers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.fx.experimental.optimization import fuse

from benchmarks.common import HOME, report, subject
from benchmarks.rivals.room import Room
from benchmarks.rivals.seconds import Seconds, timed
from benchmarks.rivals.trial import Trial, answers_db, layer_db
from models.build import build
from quant.recipe import Recipe
from quant.rounding.adaround import Schedule, round_adaround
from quant.rounding.codes import RoundedLayer
from quant.rounding.nearest import round_nearest
from quant.settings import settings

AIMET = Room("aimet", ("aimet-torch==2.42.0",), "aimet_side.py")
RECIPE = Recipe(4, 8, "adaround", "mse")
# one early and one late pointwise convolution, and a depthwise one between them
LAYERS = ("blocks.1.project.0", "blocks.8.depthwise.0", "blocks.12.project.0")

USUAL_STEPS = 15_000  # AIMET's, below 8 bits


def main() -> None:
    chosen = subject("imagenet-lite0")
    if chosen is None or not AIMET.ready():
        return
    torch.set_num_threads(settings().threads)
    trial, folder = Trial(chosen, RECIPE, LAYERS), HOME / "aimet"
    print(
        f"{chosen.workload.name} {RECIPE.bits}, {len(trial.pictures)} pictures, "
        f"{Schedule().steps} steps a layer, every layer alone",
        flush=True,
    )
    _give(trial, folder)
    if not AIMET.run(folder):
        return
    said = json.loads((folder / "answers.json").read_text())
    with np.load(folder / "weights.npz") as file:
        theirs = {name: file[name] for name in LAYERS}
    solved, capture = _ours(trial, said["batch"])
    _answers(trial, theirs, {label: layers for label, (layers, _) in solved.items()})
    _times(said, {label: seconds for label, (_, seconds) in solved.items()}, capture)
    ours = timed(lambda: chosen.artifact(RECIPE))[1]
    print(f"ours, the whole network, from pictures to a checked file: {ours}")
    whole = {unit: _extrapolated(said, unit) for unit in ("cpu", "wall")}
    report("AdaRound, CPU time of the network / AIMET's", ours.cpu / whole["cpu"], 1 / 20)
    report("AdaRound, time of the network / AIMET's", ours.wall / whole["wall"], 1 / 20)


def _give(trial: Trial, folder: Path) -> None:
    """What AIMET's side reads; a traced network needs nothing of ours to be loaded."""
    folder.mkdir(parents=True, exist_ok=True)
    torch.save(fuse(build(trial.chosen.workload)), folder / "network.pt")
    np.savez(folder / "pictures.npz", pictures=trial.pictures)
    asked = {
        "layers": LAYERS,
        "bits": RECIPE.weights,
        "steps": Schedule().steps,
        "threads": settings().threads,
    }
    (folder / "asked.json").write_text(json.dumps(asked))


Solved = tuple[dict[str, RoundedLayer], dict[str, Seconds]]


def _ours(trial: Trial, batch: int) -> tuple[dict[str, Solved], Seconds]:
    """The layers as we round them, with as many rows a step as we use and as AIMET has."""
    problems, capture = timed(lambda: trial.problems(trial.pictures))
    wide = {name: batch * trial.positions(name) for name in LAYERS}
    schedules = {
        "ours": {name: Schedule() for name in LAYERS},
        f"ours, {batch} pictures": {
            name: replace(Schedule(), rows=rows, rows_of_groups=rows) for name, rows in wide.items()
        },
    }
    found: dict[str, Solved] = {}
    for label, by_name in schedules.items():
        layers, seconds = {}, {}
        for name, problem in problems.items():
            schedule = by_name[name]
            layers[name], seconds[name] = timed(
                lambda problem=problem, schedule=schedule: round_adaround(problem, schedule)
            )
        found[label] = layers, seconds
    return found, capture


def _answers(
    trial: Trial, theirs: Mapping[str, np.ndarray], ours: Mapping[str, Mapping[str, RoundedLayer]]
) -> None:
    """SQNR of the layers' answers on pictures that nobody learned from."""
    gains = []
    for name, problem in trial.held_out.items():
        near = layer_db(problem, RoundedLayer(round_nearest(problem.weight)))
        aimet = answers_db(problem, theirs[name], None)
        found = {label: layer_db(problem, layers[name]) for label, layers in ours.items()}
        gains.append(found["ours"] - aimet)
        words = ", ".join(f"{label} {db:.1f}" for label, db in found.items())
        print(f"{name:<22} answers, dB: nearest {near:.1f}, AIMET {aimet:.1f}, {words}")
    ratio = 10 ** (-float(np.mean(gains)) / 10)
    report("AdaRound, squared error / AIMET's (geometric mean)", ratio, 1.0)


def _times(
    said: Mapping[str, Any], ours: Mapping[str, Mapping[str, Seconds]], capture: Seconds
) -> None:
    for name in LAYERS:
        aimet = Seconds(**said["layers"][name]["whole"])
        words = ", ".join(f"{label} {seconds[name]}" for label, seconds in ours.items())
        print(f"{name:<22} AIMET {aimet}, {words}")
    print(f"inputs of the three layers, once: ours {capture}; AIMET's count to each layer")


def _extrapolated(said: Mapping[str, Any], unit: str) -> float:
    """Seconds that AIMET would take for every layer.

    Learning goes by what a step of the bare layer costs, forward and backward on as many pictures;
    capture by what the forward pass to the layer costs.
    """
    costs, layers = said["costs"], said["layers"]
    step = {name: cost["step"][unit] for name, cost in costs.items()}
    forward = np.cumsum([cost["forward"][unit] for cost in costs.values()])
    reach = dict(zip(costs, forward.tolist(), strict=True))
    captured = {name: layers[name]["capture"][unit] for name in LAYERS}
    learned = {name: layers[name]["whole"][unit] - captured[name] for name in LAYERS}
    pace = _ratio(learned, step)
    learning = pace * sum(step.values())
    capture = _ratio(captured, reach) * sum(reach.values())
    usual = learning * USUAL_STEPS / Schedule().steps + capture
    each = ", ".join(f"{learned[name] / step[name]:,.0f}" for name in LAYERS)
    print(
        f"AIMET, {len(costs)} layers: {learning + capture:,.0f} s of {unit} time, extrapolated: "
        f"learning takes {pace:,.0f} × a bare step of the layer (of each: {each}); "
        f"with the {USUAL_STEPS:,} steps of its own choice {usual:,.0f} s"
    )
    return learning + capture


def _ratio(spent: Mapping[str, float], cost: Mapping[str, float]) -> float:
    return sum(spent.values()) / sum(cost[name] for name in spent)
