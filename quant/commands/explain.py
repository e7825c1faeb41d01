"""`explain`: where one point's time goes and where its loss comes from."""

from __future__ import annotations

import sys
from dataclasses import replace

from quant import explain
from quant.breakdown.found import Found, found
from quant.breakdown.lines import lines
from quant.breakdown.rows import csv_text, json_text, plain
from quant.commands.show import aligned
from quant.commands.sweep import finished, measured
from quant.errors import RequestError
from quant.jobs.requests import EXPLAIN, SweepRequest
from quant.jobs.submit import checked
from quant.recipe import Recipe
from quant.records import Measurement
from quant.store import Store, open_store

_HEADINGS = ("layer", "fp32", "this file", "int8", "float", "conversions", "at the limit", "noise")


def run(request: SweepRequest, recipes: tuple[Recipe, ...], *, as_json: bool, as_csv: bool) -> int:
    """Measure and take apart where that was not done, and print; the exit code.

    Raises:
        BitfrontError: more than one recipe, or what measuring or taking apart ends with.
    """
    if as_json and as_csv:
        raise RequestError("--json and --csv were both given; the output has one form, give one")
    if len(recipes) != 1:
        raise RequestError(
            f"explain takes one point apart and {len(recipes)} recipes were asked for; give one "
            "width, one method and one kind of ranges"
        )
    checked(replace(request, purpose=EXPLAIN))
    kept: list[Measurement] = []
    code = measured(replace(request, fresh=False), kept.append)
    chosen = [one for one in kept if one.recipe == recipes[0]]
    if not chosen:
        return code
    with open_store() as store:
        told = found(store, chosen[0])
        if told is None or request.fresh or not told.is_of_this_file:
            code, told = _taken_apart(store, request, chosen[0])
    if told is None:
        return code
    if as_json:
        print(json_text(told.row()), end="")
    elif as_csv:
        print(csv_text(told.breakdown), end="")
    else:
        print(_text(told))
    return 0


def _taken_apart(
    store: Store, request: SweepRequest, point: Measurement
) -> tuple[int, Found | None]:
    print(f"Taking {point.recipe.label} of {point.workload} apart", file=sys.stderr)
    asked = replace(request, recipes=(point.recipe,), fresh=False, purpose=EXPLAIN)
    code = finished(store, asked, lambda _: None)
    return code, None if code else found(store, point)


def _text(told: Found) -> str:
    rows = [
        (
            line.layer,
            explain.latency(line.fp32_ms),
            explain.latency(line.ms),
            explain.latency(line.integer_ms),
            explain.latency(line.float_ms),
            explain.latency(line.conversion_ms),
            f"{line.limit_ms / line.ms:.0%}" if line.limit_ms and line.ms else "",
            "" if line.noise_share is None else f"{line.noise_share:.0%}",
        )
        for line in lines(told.breakdown)
    ]
    return "\n\n".join(["\n".join(plain(told.sentences())), aligned([_HEADINGS, *rows])])
