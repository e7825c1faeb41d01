"""Pictures lost and gained against FP32, in columns: what the power of a comparison rests on."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

NAMES = ("lost", "gained")
AT_ONCE = 1000


def upgrade() -> None:
    for name in NAMES:
        op.add_column("measurement", sa.Column(name, sa.BigInteger()))
    _fill()


def _fill() -> None:
    """What older rows hold in their payload alone."""
    kept = [sa.column(name, sa.BigInteger()) for name in NAMES]
    table = sa.table("measurement", sa.column("id"), sa.column("payload"), *kept)
    connection = op.get_bind()
    last = 0
    while True:
        query = sa.select(table.c.id, table.c.payload).where(table.c.id > last)
        rows = connection.execute(query.order_by(table.c.id).limit(AT_ONCE)).all()
        if not rows:
            return
        for row in rows:
            payload = json.loads(row.payload)
            values = {name: payload.get(name) for name in NAMES}
            connection.execute(sa.update(table).where(table.c.id == row.id).values(**values))
        last = rows[-1].id
