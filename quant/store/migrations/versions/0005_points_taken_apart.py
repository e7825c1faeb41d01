"""What a task is for, and what came of those that take a point apart."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    for name in ("sweep", "task"):
        purpose = sa.Column("purpose", sa.String(16), nullable=False, server_default="measure")
        op.add_column(name, purpose)
    op.create_table(
        "breakdown",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("workload", sa.String(200), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("machine_id", sa.String(64), nullable=False),
        sa.Column("runtime", sa.String(100), nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("breakdown_point", "breakdown", ["key", "machine_id", "runtime", "id"])
