"""Bits for each layer beside one width for all: noise, loss and bytes of real files."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks import fronts
from benchmarks.common import HOME, SAMPLE, Subject, report, subject
from benchmarks.eight_bits import Told
from quant.allocate.calibration import NoiseFit, fitted
from quant.allocate.constraints import Constraints, Limits
from quant.allocate.drops import Seen, drops
from quant.allocate.losses import Additive
from quant.allocate.problem import Assignment, Problem, problem
from quant.allocate.recipes import recipe_of
from quant.allocate.sizes import sizes
from quant.allocate.solve import solve
from quant.gained import gained
from quant.identity import Request
from quant.measure.accuracy import Answers, answers
from quant.perturb.rate import rated
from quant.recipe import Recipe
from quant.sensitivity.scores import Sensitivity
from quant.settings import settings

NAMES = ("fashion-mobilenet", "fashion-vit", "imagenet-lite0")
METHOD, RANGES = "gptq", "mse"
WIDTHS = (2, 3, 4, 5)
LOSS = 0.01  # the budget: a fraction of 1
TRIES, STEP = 4, 0.8  # of the noise, where a candidate loses too much


@dataclass(frozen=True, slots=True)
class File:
    """One that was made and measured."""

    recipe: Recipe
    size_bytes: int
    told: Told


class _Trial:
    """One network: its scores, FP32's answers, and files as they are asked for."""

    def __init__(self, chosen: Subject, found: Sensitivity, losses: Additive) -> None:
        self.chosen, self.found, self.losses = chosen, found, losses
        self.fp32 = self._said(chosen.prepared.path)

    def file(self, recipe: Recipe) -> File:
        path = self.chosen.artifact(recipe).path
        made = File(recipe, path.stat().st_size, Told(self.fp32, self._said(path)))
        print(
            f"  {recipe.label:<40} {made.size_bytes:>10,} bytes, {made.told.sqnr_db:5.1f} dB, "
            f"{100 * made.told.drop:6.2f} pp",
            flush=True,
        )
        return made

    def mixed(self, found: Assignment) -> File:
        base = Recipe(method=METHOD, ranges=RANGES)
        return self.file(recipe_of(found.layers, self.found.layers, base))

    def summed(self, file: File) -> float:
        own = {name: bits for name, bits, _ in file.recipe.layers}
        usual = file.recipe.weights, file.recipe.activations
        each = ((one.name, own.get(one.name, usual[0])) for one in self.found.layers)
        return sum(self.losses.of(name, bits, usual[1]) for name, bits in each)

    def _said(self, path: object) -> Answers:
        split, threads = self.chosen.data.report, settings().threads
        return answers(path, split, None, lambda _: None, threads=threads)  # type: ignore[arg-type]


def main() -> None:
    for name in NAMES:
        chosen = subject(name)
        if chosen is not None:
            _compare(name, chosen)


def _compare(name: str, chosen: Subject) -> None:
    data = str(SAMPLE) if chosen.workload.needs_data else None
    scores = rated(Request(name, Recipe(8, 8, "mse", RANGES), data), HOME, lambda *_: None)
    found = scores.sensitivity
    request = Request(name, Recipe(8, 8, METHOD, RANGES), data)
    losses = Additive(found, gained(request, found, HOME, lambda *_: None))
    print(
        f"{name}, n {len(chosen.data.report):,}; layers rated in {found.seconds:.0f} s", flush=True
    )
    trial = _Trial(chosen, found, losses)
    uniform = {bits: trial.file(Recipe(bits, 8, METHOD, RANGES)) for bits in WIDTHS}
    known = [(one.recipe, float(one.size_bytes)) for one in uniform.values()]
    given = problem(found, Constraints(), losses, sizes(found, METHOD, known))
    three = uniform[3]
    mixed = trial.mixed(solve(given, Limits(size_bytes=three.size_bytes)))
    report(f"{name} bytes, mixed / w3a8", mixed.size_bytes / three.size_bytes, 1.01)
    ratio = 10 ** ((three.told.sqnr_db - mixed.told.sqnr_db) / 10)
    report(f"{name} noise of logits, mixed / w3a8 at its size", ratio, 10**-0.2)
    if three.told.drop >= 0.02:
        report(f"{name} loss, mixed / w3a8", mixed.told.drop / three.told.drop, 0.5)
    _within_budget(name, trial, given, uniform, [*uniform.values(), mixed])
    fronts.compare(name, given)


def _within_budget(
    name: str, trial: _Trial, given: Problem, uniform: dict[int, File], seen: list[File]
) -> None:
    """The smallest file that loses at most a point, mixed and of one width."""
    kept = [one for one in uniform.values() if one.told.drop <= LOSS]
    if not kept:
        print(f"  no width up to {max(WIDTHS)} bits loses at most {100 * LOSS:g} pp")
        return
    best = min(kept, key=lambda one: one.size_bytes)
    noises = [10 ** (-one.told.sqnr_db / 10) for one in seen]
    fit = fitted([trial.summed(one) for one in seen], noises, NoiseFit())
    curve = drops(
        [Seen(noise, one.told.drop, 0.0, 0.0, 1) for noise, one in zip(noises, seen, strict=True)],
        1.0,
    )
    noise = fit.inverse(curve.noise_for(LOSS)) if curve else 0.0
    for _ in range(TRIES):
        made = trial.mixed(solve(given, Limits(noise=noise)))
        if made.told.drop <= LOSS:
            report(
                f"{name} bytes within 1 pp, mixed / one width",
                made.size_bytes / best.size_bytes,
                0.85,
            )
            return
        noise *= STEP
    print(f"  {TRIES} mixed candidates lost more than {100 * LOSS:g} pp")
