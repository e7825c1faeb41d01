"""Breakdowns in and out of their table; the newest of a point is shown."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from quant.breakdown.record import Breakdown
from quant.store.schema import breakdown as table


def insert(connection: Connection, found: Breakdown) -> None:
    row = {
        "workload": found.workload,
        "key": found.key,
        "machine_id": found.machine.id,
        "runtime": found.runtime,
        "payload": json.dumps(found.to_dict(), separators=(",", ":")),
    }
    connection.execute(sa.insert(table), row)


def newest(connection: Connection, key: str, machine_id: str, runtime: str) -> Breakdown | None:
    query = (
        sa.select(table.c.payload)
        .where(table.c.key == key, table.c.machine_id == machine_id, table.c.runtime == runtime)
        .order_by(table.c.id.desc())
        .limit(1)
    )
    found = connection.execute(query).scalar()
    return None if found is None else Breakdown.from_dict(json.loads(found))


def every(connection: Connection, workloads: Sequence[str] | None) -> Iterator[Breakdown]:
    """The newest of each point, in the order in which they were made."""
    mine = sa.select(sa.func.max(table.c.id)).group_by(
        table.c.key, table.c.machine_id, table.c.runtime
    )
    query = sa.select(table.c.payload).where(table.c.id.in_(mine)).order_by(table.c.id)
    if workloads is not None:
        query = query.where(table.c.workload.in_(workloads))
    for payload in connection.execute(query).scalars():
        yield Breakdown.from_dict(json.loads(payload))
