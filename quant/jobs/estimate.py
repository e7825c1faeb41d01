"""How long a sweep will take, before it is asked for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

from models.data import CALIBRATE, SELECT
from models.listing import listing
from models.workload import WORKLOADS, Workload
from quant.errors import BitfrontError
from quant.recipe import FLOAT, Recipe
from quant.store import Store
from quant.typed import typed


@dataclass(frozen=True, slots=True)
class Estimate:
    """`guessed_from` names the workload whose pace stands in where this one has none yet."""

    seconds: float
    guessed_from: str = ""


def estimate(
    store: Store, workload: Workload, recipes: Sequence[Recipe], pictures: int | None = None
) -> Estimate | None:
    """By the newest points of the workload, of the same kind where there are any.

    Before its first point, by another workload's pace for a multiply-add and picture, if the
    number of `pictures` is known; None where nothing was ever measured.
    """
    kinds: dict[str, list[float]] = defaultdict(list)
    for took in store.durations(workload.name):
        kinds[kind(took.recipe)].append(took.seconds)
    if kinds:
        every = fmean(seconds for found in kinds.values() for seconds in found)
        means = {name: fmean(found) for name, found in kinds.items()}
        return Estimate(sum(means.get(kind(recipe), every) for recipe in recipes))
    return _guess(store, workload, len(recipes), pictures)


def pictures_in(folder: str, classes: int) -> int | None:
    """Pictures of a folder that would be reported on, broken and repeated ones not yet told
    apart; None where the folder will not do."""
    try:
        found = listing(typed(folder, "the folder"), None, classes)
    except BitfrontError:
        return None
    return max(len(found.files) - CALIBRATE - SELECT, 0) or None


def kind(recipe: Recipe) -> str:
    """What bears on how long a point takes: float kernels are slow, FP32 is run once and kept,
    and methods that learn take their time."""
    if recipe.is_fp32:
        return "fp32"
    kernels = "float" if recipe.activations == FLOAT else "integer"
    return f"{kernels}, {recipe.method}" if recipe.learns else kernels


def _guess(store: Store, workload: Workload, count: int, pictures: int | None) -> Estimate | None:
    for other in _likest(workload):
        took = [one for one in store.durations(other.name) if one.n]
        if not took:
            continue
        pictures = pictures or (took[0].n if other.dataset == workload.dataset else None)
        if pictures is None:
            return None
        pace = fmean(one.seconds / (other.macs * one.n) for one in took)
        return Estimate(pace * workload.macs * pictures * count, other.name)
    return None


def _likest(workload: Workload) -> Iterable[Workload]:
    """The others, those on the same pictures first."""
    others = [other for other in WORKLOADS if other.name != workload.name]
    return sorted(others, key=lambda other: other.dataset != workload.dataset)
