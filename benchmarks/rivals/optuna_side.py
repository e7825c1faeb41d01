"""Optuna's NSGA-II on the same choice of widths, in Optuna's environment; imports nothing of ours.

    python optuna_side.py FOLDER

reads problem.json from the folder (for each group of layers the noise and bytes of each option, and
how many trials there are) and writes front.json: noise and bytes of what nothing dominates, and the
seconds of processor time that it took.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import optuna


def main(folder: Path) -> None:
    asked = json.loads((folder / "problem.json").read_text())
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    groups = asked["groups"]

    def tried(trial: optuna.Trial) -> tuple[float, float]:
        picks = [
            trial.suggest_int(f"group{at}", 0, len(options) - 1)
            for at, options in enumerate(groups)
        ]
        chosen = [options[pick] for options, pick in zip(groups, picks, strict=True)]
        return sum(noise for noise, _ in chosen), sum(size for _, size in chosen)

    sampler = optuna.samplers.NSGAIISampler(seed=0)
    start = time.process_time()
    study = optuna.create_study(directions=["minimize", "minimize"], sampler=sampler)
    study.optimize(tried, n_trials=asked["trials"])
    best = [trial.values for trial in study.best_trials]
    seconds = time.process_time() - start
    (folder / "front.json").write_text(json.dumps({"front": best, "seconds": seconds}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
