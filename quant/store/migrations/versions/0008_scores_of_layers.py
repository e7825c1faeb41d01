"""What each layer loses at each width."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "sensitivity",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("workload", sa.String(200), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("method", sa.String(16), nullable=False),
        sa.Column("data_id", sa.String(64), nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.Column("histograms", sa.LargeBinary, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("sensitivity_workload", "sensitivity", ["workload", "id"])
    op.create_index("sensitivity_key", "sensitivity", ["key", "id"])
