"""What `allocate` reads from the store and from what was typed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from quant.allocate.constraints import Constraints, Limits
from quant.allocate.latency import pace_of
from quant.allocate.losses import Gains
from quant.allocate.predict import Predictor
from quant.commands.options import limit, whole, words
from quant.errors import RequestError
from quant.measure.machine import this_machine
from quant.recipe import ACTIVATION_BITS, WEIGHT_BITS, Recipe
from quant.runtimes import choice_of, full_name
from quant.sensitivity.scores import Sensitivity
from quant.store import open_store

MOST_MEASURED = 20


@dataclass(frozen=True, slots=True)
class Asked:
    """Budgets: bytes and ms, and the accuracy lost as a fraction of 1; how many candidates to
    measure, and where the recipe goes."""

    limits: Limits
    drop: float | None
    measure: int
    output: str | None


def one(recipes: Sequence[Recipe]) -> Recipe:
    """The one that was asked for.

    Raises:
        RequestError: there are several.
    """
    if len(recipes) != 1:
        raise RequestError(
            f"allocate is for one method and one kind of ranges, and {len(recipes)} were asked "
            "for; give one of each"
        )
    return recipes[0]


def predictor(found: Sensitivity, runtime: str, base: Recipe, gains: Gains) -> Predictor:
    """Taught by what the store has of this network; latencies are those of this machine."""
    machine, runtime = this_machine().id, full_name(runtime)
    with open_store() as store:
        kept = store.points(found.workload)
        apart = [
            one
            for one in store.breakdowns([found.workload])
            if (one.machine.id, one.runtime) == (machine, runtime)
        ]
    here = [one for one in kept if (one.machine.id, one.runtime) == (machine, runtime)]
    alike = [one for one in kept if choice_of(one.runtime) == choice_of(runtime)]
    own = here or alike
    return Predictor(found, base.method, base.ranges, own, pace_of(found, here, apart), gains)


def asked(
    budget_bytes: str | None,
    max_drop: str | None,
    max_ms: str | None,
    measure: str,
    output: str | None,
) -> Asked:
    """Budgets as typed.

    Raises:
        RequestError: none, or one that is no number from 0 up.
    """
    limits = Limits(
        size_bytes=limit("--budget-bytes", budget_bytes, 1.0),
        latency_ms=limit("--max-ms", max_ms, 1.0),
    )
    drop = limit("--max-drop", max_drop, 0.01)
    if drop is None and not limits.given:
        raise RequestError("no budget was given; give --budget-bytes, --max-drop or --max-ms")
    count = whole("--measure", measure, least=0)
    if count > MOST_MEASURED:
        raise RequestError(f"--measure must be from 0 to {MOST_MEASURED}; got {count:,}")
    return Asked(limits, drop, count, output)


def constraints(
    allowed: str, activations: str, fixed: Iterable[str], tied: Iterable[str]
) -> Constraints:
    """From `2,3,4`, `8`, `stem=8` or `stem=8/8`, and `a,b`.

    Raises:
        RequestError: a width that there is not, or what has another form.
    """
    inputs = _widths("--activations", activations, ACTIVATION_BITS)
    each = []
    for text in fixed:
        name, equals, given = text.rpartition("=")
        weights, _, own = given.partition("/")
        if not (equals and name and weights):
            raise RequestError(f"--fix is {text[:80]!r}; give LAYER=BITS, such as stem=8")
        own_inputs = _widths("--fix", own or str(max(inputs)), ACTIVATION_BITS)
        each.append((name, _widths("--fix", weights, WEIGHT_BITS)[0], own_inputs[0]))
    groups = []
    for text in tied:
        names = words("--tie", text)
        if len(names) < 2:
            raise RequestError(f"--tie is {text[:80]!r}; give at least two layers between commas")
        groups.append(tuple(names))
    return Constraints(
        _widths("--allowed", allowed, WEIGHT_BITS), inputs, tuple(each), tuple(groups)
    )


def _widths(option: str, text: str, allowed: tuple[int, ...]) -> tuple[int, ...]:
    found = words(option, text)
    for word in found:
        if word not in map(str, allowed):
            listed = ", ".join(map(str, allowed))
            raise RequestError(f"{option} must be of {listed} bits; got {word[:40]!r}")
    return tuple(dict.fromkeys(map(int, found)))
