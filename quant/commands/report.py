"""`report`: what was measured of a model, as a page, a deck, numbers or all of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from models.workload import workload as named
from quant.budgets import Budgets
from quant.commands.export import placing, target_of
from quant.commands.show import json_line
from quant.devices.nearby import held_against
from quant.devices.table import device as device_named
from quant.disk import appearing
from quant.errors import RequestError
from quant.explain import size
from quant.grounds import grounds, select
from quant.pareto import Ground
from quant.point import token
from quant.points import Points
from quant.present.asked import Asked
from quant.report.packed import checked, written
from quant.report.report import Source, gather, nothing
from quant.report.sections import headline
from quant.runtimes import checked as runtime_checked
from quant.runtimes import choice_of
from quant.selection import Filters
from quant.store import Right, Shown, Store, open_store


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was typed. `point` is an id, a label or a link's token, or empty."""

    budgets: Budgets
    matters: str
    device: str | None
    point: str
    runtime: str | None
    data: str | None


def run(workload: str, wanted: Wanted, output: str, *, as_json: bool) -> None:
    """Write the file, and say what is in it.

    Raises:
        BitfrontError: nothing is measured, or a place that cannot be written.
    """
    kind = checked(output)
    target = target_of(output)
    name = named(workload).name
    device = None if wanted.device is None else device_named(wanted.device)
    asked = Asked(wanted.budgets, wanted.matters, device)
    with open_store() as store:
        source = source_of(store, name, wanted.runtime)
        made = gather(source, asked, _pinned(source, wanted.point), wanted.data)
        content = written(made, kind)
        said = headline(made)
    put(target, content)
    if as_json:
        told = {"file": str(target), "size_bytes": len(content), "headline": said}
        print(json_line(told | {"points": len(made.rows)}))
    else:
        print(f"{said}\n{target}: {size(len(content))}, {len(made.rows):,} points")


def source_of(store: Store, name: str, runtime: str | None = None) -> Source:
    """What was measured last of the model, one picture at a time where there is such.

    Raises:
        RequestError: nothing is measured, or not in that runtime.
    """
    shown, now = Shown(store), store.version_stamp()
    points = shown.of(name, now)
    if runtime is not None:
        runtime_checked(runtime)
    known = {
        ground: newest
        for ground, newest in grounds(points).items()
        if runtime in (None, choice_of(ground.runtime))
    }
    if not known:
        if len(points):
            raise RequestError(
                f"nothing of {name} is measured in {runtime}; leave --runtime out, or measure it"
            )
        raise RequestError(nothing(name))
    ground: Ground = max(known, key=lambda one: (one.batch == 1, known[one]))
    selection = select(points, {}, ground, Filters())
    check = held_against(
        ground,
        shown.workloads(now),
        lambda other: shown.of(other, now),
        lambda identity, batch, threads: store.measurement(identity, (batch, threads)),
    )
    return Source(store, ground, selection, Right(store).of, check)


def put(target: Path, content: bytes) -> None:
    """The whole file or nothing appears there."""
    with placing(target), appearing(target, ".bitfront-") as draft:
        draft.write_bytes(content)
        draft.chmod(0o644)


def _pinned(source: Source, name: str) -> str:
    """The id of a point that was named."""
    if not name:
        return ""
    own: Points = source.selection.own
    every = own.figures(range(len(own)))
    matches = [one for one in every if name in (one.id, one.key, token(one.id), one.recipe.label)]
    if len(matches) != 1:
        many = "is no point" if not matches else f"names {len(matches)} points"
        raise RequestError(
            f"--point {name[:60]!r} {many} of {source.ground.workload} there; give an id or a "
            "label that `python -m quant points --json` tells"
        )
    return matches[0].id
