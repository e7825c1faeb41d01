"""What an accuracy is: right answers, or FP32's."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("measurement", sa.Column("metric", sa.Text))
    op.execute("UPDATE measurement SET metric = 'accuracy'")
