"""`sensitivity`: what each layer loses at each width, alone and beside all others."""

from __future__ import annotations

from models.workload import workload as named
from quant.commands.show import aligned, json_line
from quant.commands.sweep import finished
from quant.errors import RequestError
from quant.identity import Request, check_calibration, data_of
from quant.jobs.requests import SweepRequest
from quant.sensitivity.identity import key_of, refuse_too_many
from quant.sensitivity.rows import SHOWN, rows, table
from quant.sensitivity.scores import KINDS, SCALED, WEIGHTS, Sensitivity
from quant.sensitivity.words import basis, headline, why
from quant.settings import settings
from quant.store import open_store

EXAMPLE = 4  # bits, of which the sentences tell
MOST_REASONS = 3


def run(request: SweepRequest, shown: str, *, recovered: bool, as_json: bool) -> int:
    """Try every layer where that was not done, and print; the exit code.

    Raises:
        BitfrontError: what was asked for cannot be tried.
    """
    if shown not in SHOWN:
        raise RequestError(f"--show must be one of {', '.join(SHOWN)}; got {shown[:40]!r}")
    code, told = rated(request)
    if told is not None:
        _print(told, shown, recovered=recovered, as_json=as_json)
    return code


def rated(request: SweepRequest) -> tuple[int, Sensitivity | None]:
    """The scores that are kept, or those of trying every layer; with the exit code, and none where
    that failed.

    Raises:
        BitfrontError: what was asked for cannot be tried.
    """
    with open_store() as store:
        key = _key(request)
        told = None if request.fresh else store.sensitivity(key=key)
        if told is not None:
            return 0, told
        code = finished(store, request, lambda _: None)
        return code, None if code else store.sensitivity(key=key)


def _key(request: SweepRequest) -> str:
    [recipe] = request.recipes
    asked = Request(
        request.workload, recipe, request.data, request.data_labels, request.images, request.runtime
    )
    data = data_of(asked, settings().home)
    check_calibration(recipe, data)
    refuse_too_many(asked, data)
    return key_of(named(request.workload), asked, data)


def _print(told: Sensitivity, shown: str, *, recovered: bool, as_json: bool) -> None:
    if as_json:
        for row in rows(told):
            print(json_line(row))
        return
    tables = [aligned(table(told, kind, shown, recovered=recovered)) for kind in KINDS]
    print("\n\n".join([*tables, "\n".join(_sentences(told, recovered=recovered))]))


def _sentences(told: Sensitivity, *, recovered: bool) -> list[str]:
    by_name = {layer.name: layer for layer in told.layers}
    worst = told.ranked(WEIGHTS, EXAMPLE)[:MOST_REASONS]
    kinds = [kind for kind in KINDS if told.ranked(kind, EXAMPLE)]
    said = [headline(told, kind, EXAMPLE) for kind in kinds]
    said += [f"{one.layer}: {why(told, by_name[one.layer], WEIGHTS, EXAMPLE)}" for one in worst]
    if any(SCALED in (one.alone_how, one.recovered_how) for one in told.scores):
        said.append("~ follows from the widths that were run, by the error in the layer's output.")
    meaning = (
        "what a layer gives back when it alone stays float, all others at that width"
        if recovered
        else "what is lost when that layer alone is quantised"
    )
    return [*said, f"Cells tell {meaning}. {basis(told)}"]
