"""Scores of layers in and out of their table; the newest of a key is shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from quant.sensitivity.rated import Rated, pack, unpack
from quant.sensitivity.scores import Sensitivity
from quant.store.schema import sensitivity as table


def insert(connection: Connection, found: Rated) -> None:
    told = found.sensitivity
    row = {
        "workload": told.workload,
        "key": told.key,
        "method": told.method,
        "data_id": told.data_id,
        "payload": pack(told),
        "histograms": found.histograms,
    }
    connection.execute(sa.insert(table), row)


def newest(
    connection: Connection,
    workload: str | None,
    key: str | None,
    method: str | None,
    data_id: str | None,
) -> Sensitivity | None:
    """Of those that match what is not None."""
    asked = {"workload": workload, "key": key, "method": method, "data_id": data_id}
    query = sa.select(table.c.payload).where(
        *(table.c[name] == value for name, value in asked.items() if value is not None)
    )
    found = connection.execute(query.order_by(table.c.id.desc()).limit(1)).scalar()
    return None if found is None else unpack(found)


def histograms(connection: Connection, key: str) -> bytes | None:
    query = sa.select(table.c.histograms).where(table.c.key == key)
    return connection.execute(query.order_by(table.c.id.desc()).limit(1)).scalar()


def every(connection: Connection, workloads: Sequence[str] | None) -> Iterator[Rated]:
    """The newest of each key, in the order in which they were found."""
    mine = sa.select(sa.func.max(table.c.id)).group_by(table.c.key)
    query = sa.select(table.c.payload, table.c.histograms).where(table.c.id.in_(mine))
    if workloads is not None:
        query = query.where(table.c.workload.in_(workloads))
    for row in connection.execute(query.order_by(table.c.id)):
        yield Rated(unpack(row.payload), row.histograms)
