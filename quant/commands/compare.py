"""`compare`: points side by side, as the Compare page has them."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan
from typing import Any

from models.gallery import gallery
from models.labels import labels
from models.workload import workload as named
from quant import explain, judged, metric
from quant.commands.show import aligned, json_line
from quant.compare import words
from quant.compare.beyond import differences
from quant.compare.classes import OfClass, by_class, confusions
from quant.compare.facts import Fact, facts, folded
from quant.compare.layers import grouped, layers
from quant.compare.pair import DIRECTIONS, pair
from quant.compare.sides import Side, sides
from quant.compare.words import Statement
from quant.errors import DataError, RequestError
from quant.point import token
from quant.records import Measurement
from quant.runtimes import USUAL, checked, choice_of
from quant.samples import QUANTILES, Integers
from quant.settings import settings
from quant.store import Store, open_store

SUREST = 10  # flipped pictures that are listed for eyes
WIDEST = 12  # classes that are listed for eyes
LONGEST = 48  # characters of a cell; --json has all


def run(
    names: Sequence[str], workload: str | None, runtime: str | None = None, *, as_json: bool
) -> None:
    """Print what differs, and what the data can tell apart.

    Raises:
        BitfrontError: fewer than two points, more than six, or one that there is not.
    """
    if workload is not None:
        named(workload)
    if runtime is not None:
        checked(runtime)
    with open_store() as store:
        shown = store.points(workload)
        chosen = [_named(shown, name, runtime) for name in names]
        found = [store.measurement(one.id, (one.batch, one.threads)) for one in chosen]
        columns = sides(
            [one for one in found if one],
            lambda one: store.predictions(one.id, (one.batch, one.threads)),
            _truth,
        )
    said = words.statements(columns)
    if as_json:
        for side, against in zip(columns, (None, *said), strict=True):
            print(json_line(_row(side, against)))
        return
    print("\n\n".join(filter(None, _parts(columns, said))))


def _parts(columns: Sequence[Side], said: Sequence[Statement]) -> list[str]:
    differing, same = folded(facts([side.point for side in columns]))
    heading = ("", *(side.name for side in columns))
    parts = [
        "\n".join(
            f"{words.headline(one)} {words.grounds(one)} {_beyond(one)}".strip() for one in said
        )
    ]
    parts.append(_table(heading, differing) + f"\n{_folded(len(same), 'fact')}")
    parts.append(_classes(columns, heading))
    parts.append(_latencies(columns))
    found = layers(columns)
    if found.told:
        parts.append(found.told)
    elif found.differing:
        rows = _table(("layer", *heading[1:]), grouped(found.differing))
        parts.append(f"{rows}\n{_folded(len(found.same), 'layer')}")
    parts += [_flips(columns[0], other) for other in columns[1:]]
    return parts


def _beyond(said: Statement) -> str:
    """What differs beside accuracy, in a sentence."""
    found = [one.words for one in differences(said.first, said.second)]
    return f"Beyond {metric.named(said.first.point)}: {', '.join(found)}." if found else ""


def _table(heading: Sequence[str], rows: Sequence[Fact]) -> str:
    return aligned([heading, *((row.name, *map(_short, row.cells)) for row in rows)])


def _short(cell: str) -> str:
    return cell if len(cell) <= LONGEST else f"{cell[: LONGEST - 1]}…"


def _folded(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'} the same in all."


def _classes(columns: Sequence[Side], heading: Sequence[str]) -> str:
    """Accuracy and signal to noise of the classes that differ most."""
    rows = sorted(_of_classes(columns), key=lambda row: -row.spread)[:WIDEST]
    if not rows:
        return ""
    cells = [
        (
            f"{row.name} ({row.n:,})",
            *(
                explain.percent(accuracy) + ("" if isnan(db) else f", {explain.decibels(db)}")
                for accuracy, db in zip(row.accuracy, row.sqnr_db, strict=True)
            ),
        )
        for row in rows
    ]
    return aligned([("class (pictures)", *heading[1:]), *cells])


def _latencies(columns: Sequence[Side]) -> str:
    known = [(side, side.samples.runs_ms) for side in columns if side.samples]
    rows = [
        (side.name, *(f"{runs[at]:.3f}" for at in (1, 5, 10, 15, 19)))
        for side, runs in known
        if runs is not None
    ]
    if not rows:
        return ""
    heading = ("ms of single runs", *(f"{QUANTILES[at]:.0%}" for at in (1, 5, 10, 15, 19)))
    return aligned([heading, *rows])


def _flips(first: Side, second: Side) -> str:
    """The flipped pictures of which the second is surest."""
    try:
        found = pair(first, second)
    except DataError as exc:
        return str(exc)
    names = labels(named(first.point.workload))
    rows = [
        (
            f"{row}",
            names[found.labels[row]],
            f"{names[found.before[row]]} {found.sure_before[row]:.0%}",
            f"{names[found.after[row]]} {found.sure_after[row]:.0%}",
        )
        for row in found.flips()[:SUREST]
    ]
    truth = "FP32" if metric.is_agreement(first.point) else "truth"
    counted = ", ".join(
        f"{int(found.which(one).sum()):,} {found.spoken(one)}" for one in DIRECTIONS
    )
    moved = "; ".join(
        f"{one.truth} taken for {one.taken_for}: {one.before:,} → {one.after:,}"
        for one in confusions(found, names, 5)
    )
    told = f"{first.name} → {second.name}: {counted}." + (f" {moved}." if moved else "")
    return f"{told}\n{aligned([('picture', truth, 'before', 'after'), *rows])}" if rows else told


def _row(side: Side, against: Statement | None) -> dict[str, Any]:
    """What `points --json` has, and what the comparison adds."""
    samples = side.samples
    row = judged.row(side.point) | {"letter": side.letter}
    if samples is not None:
        row["by_class"] = [
            {
                "class": one.index,
                "name": one.name,
                "n": one.n,
                "accuracy": one.accuracy[0],
                "sqnr_db": one.sqnr_db[0],
            }
            for one in _of_classes([side])
        ]
        if samples.runs_ms is not None:
            row["runs_ms"] = dict(
                zip((f"{q:.2f}" for q in QUANTILES), samples.runs_ms.tolist(), strict=True)
            )
    if against is not None:
        row["against"] = _against(against) | {
            "beyond": [
                {
                    "name": one.name,
                    "unit": one.unit,
                    "difference": one.value,
                    "low": one.interval.low,
                    "high": one.interval.high,
                    "told_apart": one.told_apart,
                }
                for one in differences(against.first, against.second)
            ]
        }
    return row


def _against(said: Statement) -> dict[str, Any]:
    told: dict[str, Any] = {"letter": said.first.letter, "id": said.first.point.id}
    if said.beside is None:
        return told | {"why_not": said.why_not}
    one = said.beside.paired
    return told | {
        "n": one.n,
        "drop": one.drop,
        "drop_low": one.interval.low,
        "drop_high": one.interval.high,
        "flips": said.differ,
        "lost": one.lost,
        "gained": one.gained,
        "p_value": one.p_value,
        "p_value_holm": said.beside.p_value,
        "told_apart": said.told_apart,
        "detectable": said.beside.detectable,
    }


def _of_classes(columns: Sequence[Side]) -> tuple[OfClass, ...]:
    data = {side.point.data_id for side in columns}
    return by_class(columns, labels(named(columns[0].point.workload))) if len(data) == 1 else ()


def _truth(point: Measurement) -> Integers | None:
    found = gallery(named(point.workload), point.data_id, settings().home)
    return None if found is None else found.labels


def _named(shown: Sequence[Measurement], name: str, runtime: str | None) -> Measurement:
    """The point of an id, or of a label in a runtime; in the usual one where none is given and
    the label names points of several."""
    labelled = [p for p in shown if name == p.recipe.label]
    several = len({choice_of(p.runtime) for p in labelled}) > 1
    meant = runtime or (USUAL if several else None)
    matches = {p.id: p for p in labelled if meant in (None, choice_of(p.runtime))}
    matches |= {p.id: p for p in shown if name in (p.id, token(p.id))}
    if not matches:
        raise RequestError(
            f"there is no point {name[:80]!r}; give the id or the label that "
            "`python -m quant points --json` tells"
        )
    if len(matches) > 1:
        raise RequestError(
            f"{name!r} names {len(matches)} points; give an id, --workload or --runtime"
        )
    return next(iter(matches.values()))


def _measured(store: Store, named: Sequence[Measurement]) -> list[Measurement]:
    """As the first was timed last, where the others were timed so too."""
    newest = [store.measurement(one.id) or one for one in named]
    timed = (newest[0].batch, newest[0].threads)
    return [store.measurement(one.id, timed) or one for one in newest]
