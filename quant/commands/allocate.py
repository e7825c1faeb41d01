"""`allocate`: the best widths of layers within budgets, predicted, and measured where asked."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from models.workload import workload
from quant.allocate.candidates import candidates
from quant.allocate.constraints import Constraints
from quant.allocate.front import front
from quant.allocate.losses import Gains
from quant.allocate.predict import Predictor
from quant.allocate.predicted import Checked
from quant.allocate.problem import Assignment, problem
from quant.allocate.recipes import recipe_of
from quant.allocate.solve import solve
from quant.allocate.words import lost
from quant.commands import allocated, allocating
from quant.commands.export import placing, target_of
from quant.commands.progress import Line
from quant.commands.sensitivity import rated
from quant.commands.show import json_line
from quant.commands.sweep import measured
from quant.errors import RequestError
from quant.gained import gained
from quant.identity import Request
from quant.jobs.requests import SENSITIVITY, SweepRequest
from quant.methods import method
from quant.recipe import Recipe
from quant.records import Measurement
from quant.sensitivity.scores import Sensitivity
from quant.settings import settings


def run(
    request: SweepRequest,
    base: Recipe,
    constraints: Constraints,
    asked: allocating.Asked,
    *,
    as_json: bool,
) -> int:
    """Solve, print, measure; the exit code. Of `base` all but the widths counts.

    Raises:
        BitfrontError: what was asked for cannot be kept to, or cannot be measured.
    """
    target = target_of(asked.output) if asked.output else None
    code, found = rated(_scoring(request, base))
    if found is None:
        return code
    gains = _gains(request, base, found)
    first = allocating.predictor(found, request.runtime, base, gains)
    best = _best(first, constraints, asked)
    checked: list[Checked] = []
    last, final = first, best
    if asked.measure:
        code, checked = _measured(request, base, first, constraints, best, asked.measure)
        last = allocating.predictor(found, request.runtime, base, gains)
        final = _best(last, constraints, asked)
    told = allocated.Told(last, final, recipe_of(final.layers, found.layers, base), checked)
    is_new = final.layers != best.layers
    print(json_line(allocated.fields(told)) if as_json else allocated.text(told, is_new=is_new))
    if target is not None:
        with placing(target):
            target.write_text(told.recipe.canonical + "\n", encoding="utf-8")
    return code


def _scoring(request: SweepRequest, base: Recipe) -> SweepRequest:
    """Layers are rated by their weights alone, as plainly as the method starts from."""
    plain = "nearest" if base.method == "nearest" else "mse"
    # a recipe that looks at no pictures has forgotten how many an own network has
    own = workload(request.workload).calibration_images
    count = base.calibration_images if base.uses_pictures else own
    rating = Recipe(method=plain, ranges=base.ranges, calibration_images=count, seed=base.seed)
    return replace(request, recipes=(rating,), images=None, purpose=SENSITIVITY, fresh=False)


def _gains(request: SweepRequest, base: Recipe, found: Sensitivity) -> Gains:
    if not method(base.method).learns:
        return {}
    line = Line()
    asked = Request(request.workload, base, request.data, request.data_labels)
    try:
        return gained(asked, found, settings().home, lambda step, _: line.say(step))
    finally:
        line.clear()


def _best(predictor: Predictor, constraints: Constraints, asked: allocating.Asked) -> Assignment:
    limits = asked.limits
    if asked.drop is not None:
        noise = predictor.noise_for(asked.drop)
        if noise is None:
            raise RequestError(
                "nothing tells how much accuracy a width loses: there are no labels and no file "
                "was measured; measure some widths first, or give bytes"
            )
        limits = replace(limits, noise=noise)
    given = problem(predictor.found, constraints, predictor.losses, predictor.sizes, predictor.pace)
    return solve(given, limits, partial(lost, predictor))


def _measured(
    request: SweepRequest,
    base: Recipe,
    predictor: Predictor,
    constraints: Constraints,
    best: Assignment,
    count: int,
) -> tuple[int, list[Checked]]:
    """Candidates along the front of size, the best one first, beside what is predicted of them."""
    given = problem(predictor.found, constraints, predictor.losses, predictor.sizes, predictor.pace)
    chosen = candidates(front(given, "size_bytes"), best, count)
    recipes = [recipe_of(one.layers, predictor.layers, base) for one in chosen]
    kept: list[Measurement] = []
    code = measured(replace(request, recipes=tuple(dict.fromkeys(recipes))), kept.append)
    return code, [
        Checked(one.recipe, predictor.of(predictor.widths(one.recipe)), one)
        for one in sorted(
            (one for one in kept if one.recipe in recipes), key=lambda one: one.size_bytes
        )
    ]
