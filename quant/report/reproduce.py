"""The commands that make the same file, the same points and the same report again."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from models.workload import known
from quant.present.asked import SIZE, Asked
from quant.recipe import CALIBRATION_IMAGES, Recipe
from quant.records import Measurement
from quant.runtimes import USUAL, choice_of

COMMAND = ("python", "-m", "quant")


def export(
    point: Measurement,
    file: str,
    data: str | None = None,
    name: str = "export",
    recipe_file: str = "",
) -> str:
    """The command that writes the point's file; one whose layers differ from the recipe's file.

    Args:
        data: the folder of pictures, where the model needs one; `DIR` stands for it unless known.
        name: `export` or `bundle`.
        recipe_file: where the recipe lies; beside the file under its name unless told.
    """
    recipe = point.recipe
    words = [*COMMAND, name, point.workload]
    if recipe.is_mixed:
        words += ["--recipe", recipe_file or str(Path(file).with_suffix(".json"))]
    else:
        words += ["--weights", str(recipe.weights), "--activations", str(recipe.activations)]
        words += ["--method", recipe.method, "--ranges", recipe.ranges, *_drawn(recipe)]
    return shlex.join([*words, *_runtime(point), *_data(point.workload, data), "-o", file])


def sweeps(points: Sequence[Measurement], data: str | None = None) -> tuple[str, ...]:
    """The commands that measure these points again, timed as they were; mixed ones one by one."""
    if not points:
        return ()
    wanted: dict[tuple[object, ...], tuple[Measurement, dict[int, set[int]]]] = {}
    mixed = []
    for point in points:
        recipe = point.recipe
        if recipe.is_fp32:
            continue
        if recipe.is_mixed:
            mixed.append(export(point, f"{recipe.id}.onnx", data, recipe_file=in_archive(recipe)))
            continue
        alike = (recipe.method, recipe.ranges, recipe.seed, recipe.calibration_images, point.n)
        _, widths = wanted.setdefault(alike, (point, {}))
        widths.setdefault(recipe.activations, set()).add(recipe.weights)
    found = [
        _sweep(one, weights, activations, data)
        for one, widths in wanted.values()
        for weights, activations in _crossed(widths)
    ]
    return (*(found or [_sweep(points[0], (32,), (32,), data)] * (not mixed)), *mixed)


def in_archive(recipe: Recipe) -> str:
    """Where a report's archive keeps a recipe whose layers differ."""
    return f"recipes/{recipe.id}.json"


def report(workload: str, asked: Asked, runtime: str, file: str, pinned: str = "") -> str:
    """The command that writes the report again. A storage that limits size is the device's."""
    words = [*COMMAND, "report", workload]
    budgets = asked.budgets
    drop = "none" if budgets.drop is None else f"{budgets.drop * 100:g}"
    if drop != "0.5":
        words += ["--max-drop", drop]
    if budgets.size_bytes is not None:
        words += ["--max-mb", f"{budgets.size_bytes / 1e6:g}"]
    if budgets.latency_ms is not None:
        words += ["--max-ms", f"{budgets.latency_ms:g}"]
    if asked.matters != SIZE:
        words += ["--matters", asked.matters]
    if asked.device is not None:
        words += ["--device", asked.device.id]
    if choice_of(runtime) != USUAL:
        words += ["--runtime", choice_of(runtime)]
    if pinned:
        words += ["--point", pinned]
    return shlex.join([*words, "-o", file])


def _crossed(widths: dict[int, set[int]]) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Weights and activations whose cross products give the pairs, and none besides."""
    by_weights: dict[tuple[int, ...], list[int]] = {}
    for activations, weights in sorted(widths.items(), reverse=True):
        by_weights.setdefault(tuple(sorted(weights, reverse=True)), []).append(activations)
    return [(weights, tuple(given)) for weights, given in by_weights.items()]


def _sweep(
    like: Measurement, weights: Sequence[int], activations: Sequence[int], data: str | None
) -> str:
    recipe = like.recipe
    words = [*COMMAND, "sweep", like.workload, "--weights", ",".join(map(str, weights))]
    words += ["--activations", ",".join(map(str, activations))]
    if min(weights) < 16:
        words += ["--method", recipe.method]
    if min(activations) < 32:
        words += ["--ranges", recipe.ranges]
    words += _drawn(recipe)
    if like.report_pictures and like.n != like.report_pictures:
        words += ["--images", str(like.n)]
    if like.batch != 1:
        words += ["--batch", str(like.batch)]
    if like.threads:
        words += ["--threads", str(like.threads)]
    return shlex.join([*words, *_runtime(like), *_data(like.workload, data)])


def _drawn(recipe: Recipe) -> list[str]:
    words = ["--seed", str(recipe.seed)] if recipe.seed else []
    if recipe.calibration_images != CALIBRATION_IMAGES:
        words += ["--calibration-images", str(recipe.calibration_images)]
    return words


def _runtime(point: Measurement) -> list[str]:
    chosen = choice_of(point.runtime)
    return [] if chosen == USUAL else ["--runtime", chosen]


def _data(name: str, data: str | None) -> list[str]:
    found = known(name)
    return ["--data", data or "DIR"] if found is not None and found.needs_data else []
