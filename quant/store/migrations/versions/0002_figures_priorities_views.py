"""Figures in columns, the priority of a sweep, views behind short ids."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

WORDS = ("recipe", "method", "ranges", "data", "data_id", "measured_at", "machine")
WHOLE = ("weights", "activations", "flips", "size_bytes", "fp32_size_bytes")
REAL = (
    "accuracy", "accuracy_low", "accuracy_high", "fp32_accuracy", "loss", "loss_low", "loss_high",
    "p_value", "latency_ms", "latency_low_ms", "latency_high_ms",
    "fp32_latency_ms", "fp32_latency_low_ms", "fp32_latency_high_ms",
)  # fmt: skip
AT_ONCE = 1000


def upgrade() -> None:
    for names, kind in ((WORDS, sa.Text()), (WHOLE, sa.BigInteger()), (REAL, sa.Float(53))):
        for name in names:
            op.add_column("measurement", sa.Column(name, kind))
    op.add_column("sweep", sa.Column("priority", sa.Integer, nullable=False, server_default="0"))
    op.create_table(
        "view",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("query", sa.Text, nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
    )
    _fill()


def _fill() -> None:
    """What older rows hold in their payload alone."""
    kept: list[sa.ColumnClause[Any]] = [sa.column(name) for name in (*WORDS, *WHOLE, *REAL)]
    table = sa.table("measurement", sa.column("id"), sa.column("payload"), *kept)
    connection = op.get_bind()
    last = 0
    while True:
        query = sa.select(table.c.id, table.c.payload).where(table.c.id > last)
        rows = connection.execute(query.order_by(table.c.id).limit(AT_ONCE)).all()
        if not rows:
            return
        for row in rows:
            values = _figures(json.loads(row.payload))
            connection.execute(sa.update(table).where(table.c.id == row.id).values(**values))
        last = rows[-1].id


def _figures(payload: dict[str, Any]) -> dict[str, Any]:
    recipe, machine = payload["recipe"], payload["machine"]
    found = {name: payload.get(name) for name in (*WHOLE, *REAL)}
    for end in ("", "_low", "_high"):
        found[f"loss{end}"] = payload[f"drop{end}"]
    for name in ("weights", "activations", "method", "ranges"):
        found[name] = recipe[name]
    for name in ("data", "data_id", "measured_at"):
        found[name] = payload.get(name, "")
    # As Recipe.canonical writes it.
    found["recipe"] = json.dumps(recipe, sort_keys=True, separators=(",", ":"))
    found["machine"] = f"{machine['cpu']}, {machine['cores']} cores"
    return found
