"""How long a sweep will take, before it is asked for."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache

from models import imagenette
from models.data import CALIBRATE, SELECT
from models.listing import listing
from models.workload import Workload
from quant.errors import BitfrontError
from quant.explain import listed
from quant.jobs.expected import Estimate, Expected
from quant.recipe import Recipe
from quant.store import Store
from quant.typed import typed


def estimate(
    store: Store,
    workload: Workload,
    recipes: Sequence[Recipe],
    pictures: int | None = None,
    only_timed: Collection[Recipe] = (),
) -> Estimate | None:
    """By the newest points of the workload, of the same kind where there are any.

    Before its first point, by another workload's pace for a multiply-add and picture, if the
    number of `pictures` is known; a method that learns, before its first point, by other methods
    or by how fast the network runs. None where nothing was ever measured. The files of `only_timed`
    are there: nothing but latency is measured of them.
    """
    expected = Expected(workload.name, cache(store.durations), pictures)
    found = []
    for recipe in recipes:
        one = expected.timing() if recipe in only_timed else expected.of(recipe)
        if one is None:
            return None
        found.append(one)
    sources = dict.fromkeys(one.guessed_from for one in found if one.guessed_from)
    return Estimate(sum(one.seconds for one in found), listed(list(sources)))


def pictures_in(data: str, classes: int) -> int | None:
    """Pictures of a folder that would be reported on, broken and repeated ones not yet told
    apart; None where the folder will not do. Imagenette need not be here yet."""
    if data == imagenette.NAME:
        return imagenette.PICTURES - CALIBRATE - SELECT
    try:
        found = listing(typed(data, "the folder"), None, classes)
    except BitfrontError:
        return None
    return max(len(found.files) - CALIBRATE - SELECT, 0) or None


__all__ = ["Estimate", "estimate", "pictures_in"]
