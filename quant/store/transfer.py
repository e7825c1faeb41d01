"""Measurements as a whole, out of one store and into another."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from quant.store import measurements
from quant.store.protocol import Kept, Merged, Same
from quant.store.schema import measurement as table
from quant.store.schema import predictions

AT_ONCE = 200
Item = TypeVar("Item")


def every(
    connection: Connection, workloads: Sequence[str] | None, with_predictions: bool
) -> Iterator[Kept]:
    """All rows, oldest first, a few at a time."""
    query = sa.select(table.c.id).order_by(table.c.id)
    if workloads is not None:
        query = query.where(table.c.workload.in_(workloads))
    ids = [int(number) for number in connection.execute(query).scalars()]
    for some in _slices(ids):
        rows = measurements.whole(connection, some)
        said = measurements.contents(connection, some) if with_predictions else {}
        yield from ((rows[number], said.get(number)) for number in some)


def known(connection: Connection, keys: Sequence[str]) -> dict[Same, int]:
    """What the store has of these points, with row numbers."""
    names = ("key", "machine_id", "runtime", "batch", "threads", "n")
    columns = (table.c.id, *(table.c[name] for name in names))
    found = {}
    for some in _slices(list(dict.fromkeys(keys))):
        query = sa.select(*columns, table.c.payload).where(table.c.key.in_(some))
        for row in connection.execute(query):
            told = json.loads(row.payload)
            last = {name: told[name] for name in ("measured_at", "artifact_sha256")}
            found[Same(**{name: getattr(row, name) for name in names}, **last)] = int(row.id)
    return found


def merge(connection: Connection, kept: Iterable[Kept]) -> Merged:
    """Append what is not there, and predictions that were missing."""
    new = old = older = 0
    for some in _slices(kept):
        there = known(connection, [measured.key for measured, _ in some])
        newest: dict[tuple[str | int, ...], str] = {}
        for same in there:
            newest[same.rivals] = max(same.measured_at, newest.get(same.rivals, ""))
        for measured, said in some:
            same = Same.of(measured)
            if same in there:
                old += 1
                _complete(connection, there[same], said)
            elif same.measured_at < newest.get(same.rivals, ""):
                older += 1
            else:
                there[same] = measurements.insert(connection, measured, said)
                newest[same.rivals] = same.measured_at
                new += 1
    return Merged(new, old, older)


def _complete(connection: Connection, number: int, said: bytes | None) -> None:
    if said is not None and measurements.content(connection, number) is None:
        row = {"measurement_id": number, "content": said}
        connection.execute(sa.insert(predictions).values(row))


def _slices(items: Iterable[Item]) -> Iterator[list[Item]]:
    rest = iter(items)
    while some := list(islice(rest, AT_ONCE)):
        yield some
