"""Which runtime the figures of a point are of, where it is the best of several."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    column = sa.Column("executed_by", sa.String(100), nullable=False, server_default="")
    op.add_column("measurement", column)
