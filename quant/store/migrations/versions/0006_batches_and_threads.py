"""Latency at several batches and thread counts, and its ratio to FP32."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

RATIOS = ("latency_ratio", "latency_ratio_low", "latency_ratio_high")
AT_ONCE = 1000


def upgrade() -> None:
    for name in RATIOS:
        op.add_column("measurement", sa.Column(name, sa.Float(53)))
    for table in ("measurement", "task"):
        for name, usual in (("batch", "1"), ("threads", "0")):
            column = sa.Column(name, sa.Integer, nullable=False, server_default=usual)
            op.add_column(table, column)
    _fill()
    shown = ["workload", "key", "machine_id", "runtime", "batch", "threads", "n", "id"]
    op.drop_index("measurement_shown", "measurement")
    op.create_index("measurement_shown", "measurement", shown, unique=True)


def _fill() -> None:
    """What older rows hold in their payload alone; all were timed on one picture."""
    kept: list[sa.ColumnClause[Any]] = [sa.column(name, sa.Float(53)) for name in RATIOS]
    names = ("id", "payload", "threads")
    table = sa.table("measurement", *(sa.column(name) for name in names), *kept)
    connection = op.get_bind()
    last = 0
    while True:
        query = sa.select(table.c.id, table.c.payload).where(table.c.id > last)
        rows = connection.execute(query.order_by(table.c.id).limit(AT_ONCE)).all()
        if not rows:
            return
        for row in rows:
            payload = json.loads(row.payload)
            values = {name: payload.get(name) for name in RATIOS} | {"threads": payload["threads"]}
            connection.execute(sa.update(table).where(table.c.id == row.id).values(**values))
        last = rows[-1].id
