"""What a weight takes on the mean, which stands beside a dot whose layers differ."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

AT_ONCE = 1000


def upgrade() -> None:
    op.add_column("measurement", sa.Column("effective_weight_bits", sa.Float(53)))
    names = ("id", "payload", "effective_weight_bits")
    table = sa.table("measurement", *(sa.column(name) for name in names))
    connection = op.get_bind()
    last = 0
    while True:
        query = sa.select(table.c.id, table.c.payload).where(table.c.id > last)
        rows = connection.execute(query.order_by(table.c.id).limit(AT_ONCE)).all()
        if not rows:
            return
        for row in rows:
            bits = json.loads(row.payload).get("effective_weight_bits")
            chosen = sa.update(table).where(table.c.id == row.id)
            connection.execute(chosen.values(effective_weight_bits=bits))
        last = rows[-1].id
