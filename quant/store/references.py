"""Rows of PyTorch in and out of their table; the newest of each way and place is shown."""

from __future__ import annotations

import json

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from quant.reference.record import Reference
from quant.store.schema import reference as table


def insert(connection: Connection, one: Reference) -> None:
    payload = json.dumps(one.to_dict(), separators=(",", ":"))
    connection.execute(sa.insert(table), {"workload": one.workload, "payload": payload})


def newest(connection: Connection, workload: str) -> list[Reference]:
    query = sa.select(table.c.payload).where(table.c.workload == workload).order_by(table.c.id)
    found = map(Reference.from_dict, map(json.loads, connection.execute(query).scalars()))
    return list({one.place: one for one in found}.values())
