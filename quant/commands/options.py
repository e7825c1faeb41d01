"""From what was typed to recipes and requests, or a sentence."""

from __future__ import annotations

import getpass
import sys
from itertools import product
from math import isfinite, nan

from models.torchvision_table import random_of
from models.workload import Workload
from models.workload import workload as named
from quant import auto
from quant.budgets import Budgets
from quant.commands import recipe_file
from quant.draws import MOST_DRAWS
from quant.draws import drawn as draws
from quant.errors import InvalidRecipe, RequestError
from quant.jobs.requests import SweepRequest
from quant.jobs.submit import checked
from quant.methods import LADDER
from quant.recipe import ACTIVATION_BITS, RANGES, WEIGHT_BITS, Recipe
from quant.timing import BATCHES, THREADS, USUAL, Timing

_MOST_DIGITS = 15
PLAIN_METHODS = tuple(one.name for one in LADDER if not one.learns)


def network(name: str, random_weights: bool) -> str:
    """The workload of that name, by the one name it has everywhere; with other weights if asked.

    Raises:
        UnknownWorkload: there is none of that name.
        RequestError: random weights of a network that is not torchvision's.
    """
    chosen = named(name)
    if not random_weights:
        return chosen.name
    if not chosen.architecture:
        raise RequestError(
            f"--random-weights builds a network of torchvision, and {chosen.name} is none; leave "
            "it out, or name torchvision/NAME"
        )
    return random_of(chosen.architecture)


def recipes(
    workload: str,
    weights: str,
    activations: str,
    method: str,
    ranges: str,
    seed: str,
    calibration_images: str | None,
    seeds: str = "1",
) -> tuple[Recipe, ...]:
    """The cross product of the lists; what `auto` picks is said on standard error.

    Raises:
        UnknownWorkload: there is none of that name.
        InvalidRecipe: an empty list, or a value that no recipe can have.
    """
    drawn = whole("--seed", seed, least=0)
    chosen = named(workload)
    pictures = _calibration(chosen, calibration_images)
    widths = tuple(
        product(
            _widths("--weights", weights, WEIGHT_BITS),
            _widths("--activations", activations, ACTIVATION_BITS),
        )
    )
    methods = _words("--method", method, auto.CHOICES)
    made = tuple(
        Recipe(bits, width, auto.resolved(rounding, chosen, bits, width), covered, pictures, drawn)
        for (bits, width), rounding, covered in product(
            widths, methods, _words("--ranges", ranges, RANGES)
        )
    )
    if auto.AUTO in methods:
        for sentence in auto.told(chosen, widths):
            print(f"auto: {sentence}", file=sys.stderr)
    return _over_seeds(made, seeds)


def _calibration(chosen: Workload, typed: str | None) -> int:
    return (
        chosen.calibration_images
        if typed is None
        else whole("--calibration-images", typed, least=1)
    )


def _over_seeds(made: tuple[Recipe, ...], seeds: str) -> tuple[Recipe, ...]:
    count = whole("--seeds", seeds, least=1)
    if count > MOST_DRAWS:
        raise RequestError(f"--seeds must be from 1 to {MOST_DRAWS}; got {count:,}")
    return draws(made, count)


OF_A_RECIPE = ("weights", "activations", "method", "ranges", "seed", "calibration_images")


def chosen(
    workload: str,
    file: str | None,
    asked: tuple[str, str, str, str, str, str | None],
    typed: frozenset[str],
    seeds: str = "1",
) -> tuple[Recipe, ...]:
    """Of the file, or of the options, which are `asked` in the order of OF_A_RECIPE.

    Args:
        typed: names of the options that were given.
    Raises:
        BitfrontError: see `recipes` and `recipe_file.read`.
    """
    if file is None:
        return recipes(workload, *asked, seeds=seeds)
    beside = {f"--{name.replace('_', '-')}": name in typed for name in OF_A_RECIPE}
    return _over_seeds(recipe_file.read(file, named(workload), beside), seeds)


def rounding(
    workload: str, method: str, ranges: str, seed: str, calibration_images: str | None
) -> Recipe:
    """One way to round and to choose ranges, whatever the width; the recipe's widths mean nothing.

    Raises:
        InvalidRecipe: one that looks at more than a layer's own weights, or none that there is.
    """
    chosen = _one("--method", method, PLAIN_METHODS)
    covered = _one("--ranges", ranges, RANGES)
    drawn = whole("--seed", seed, least=0)
    pictures = _calibration(named(workload), calibration_images)
    return Recipe(method=chosen, ranges=covered, calibration_images=pictures, seed=drawn)


def request(
    workload: str,
    chosen: tuple[Recipe, ...],
    data: str | None,
    data_labels: str | None,
    images: str | None,
    runtime: str,
    fresh: bool,
    timings: tuple[Timing, ...] = (USUAL,),
) -> SweepRequest:
    """What to measure.

    Raises:
        BitfrontError: it cannot be measured.
    """
    count = None if images is None else whole("--images", images, least=1)
    return checked(
        SweepRequest(
            workload=workload,
            recipes=chosen,
            data=data,
            data_labels=data_labels,
            images=count,
            runtime=runtime,
            fresh=fresh,
            requested_by=_user(),
            timings=timings,
        )
    )


def budgets(max_drop: str, max_mb: str | None, max_ms: str | None) -> Budgets:
    """What a point may cost.

    Raises:
        RequestError: a value that is no number from 0 up.
    """
    given = {"--max-drop": (max_drop, 0.01), "--max-mb": (max_mb, 1e6), "--max-ms": (max_ms, 1.0)}
    drop, size, latency = (limit(name, *one) for name, one in given.items())
    return Budgets(size_bytes=size, latency_ms=latency, drop=drop)


def limit(option: str, text: str | None, unit: float) -> float | None:
    if text is None or text == "none":
        return None
    try:
        value = float(text)
    except ValueError:
        value = nan
    if not (isfinite(value) and value >= 0):
        raise RequestError(f"{option} must be a number from 0 up, or none; got {text[:40]!r}")
    return round(value * unit, 12)  # 0.5 pp is 0.005, as on the page


def timings(batch: str, threads: str | None) -> tuple[Timing, ...]:
    """Every batch with every number of threads.

    Raises:
        RequestError: an empty list, or a value that latency is not timed at.
    """
    batches = _of("--batch", batch, BATCHES)
    counts = [0] if threads is None else _of("--threads", threads, THREADS)
    return tuple(Timing(size, count) for size, count in product(batches, counts))


def words(option: str, text: str) -> list[str]:
    """What stands between commas.

    Raises:
        RequestError: nothing does.
    """
    found = [part.strip() for part in text.split(",")]
    if not all(found):
        raise RequestError(f"{option} is {text!r}; give one value, or several between commas")
    return found


def _words(option: str, text: str, allowed: tuple[str, ...]) -> list[str]:
    found = words(option, text)
    for word in found:
        if word not in allowed:
            raise InvalidRecipe(f"{option} must be of {', '.join(allowed)}; got {word!r}")
    return found


def _one(option: str, text: str, allowed: tuple[str, ...]) -> str:
    if text not in allowed:
        raise InvalidRecipe(f"{option} must be one of {', '.join(allowed)}; got {text[:40]!r}")
    return text


def _of(option: str, text: str, allowed: tuple[int, ...]) -> list[int]:
    found = words(option, text)
    for word in found:
        if word not in map(str, allowed):
            listed = ", ".join(map(str, allowed))
            raise RequestError(f"{option} must be of {listed}; got {word[:40]!r}")
    return [int(word) for word in found]


def _widths(option: str, text: str, allowed: tuple[int, ...]) -> list[int]:
    by_name = {str(width): width for width in allowed}
    listed = ", ".join(by_name)
    for word in words(option, text):
        if word not in by_name:
            raise InvalidRecipe(f"{option} must be of {listed} bits; got {word!r}")
    return [by_name[word] for word in words(option, text)]


def whole(option: str, text: str, least: int) -> int:
    """A number that was typed.

    Raises:
        RequestError: it is none, or below the least.
    """
    whole = text.removeprefix("-").isdecimal()
    if whole and len(text) > _MOST_DIGITS:
        raise RequestError(
            f"{option} must be a whole number from {least} with at most {_MOST_DIGITS} digits; "
            f"got one of {len(text)} digits"
        )
    if not whole or int(text) < least:
        raise RequestError(
            f"{option} must be a whole number of at least {least}; got {text[:40]!r}"
        )
    return int(text)


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""
