"""What a task went through: its steps with their times, and whether a bug ended it."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("task", sa.Column("broke", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("task", sa.Column("timeline", sa.Text, nullable=False, server_default="[]"))
