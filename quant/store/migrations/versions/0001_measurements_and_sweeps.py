"""Measurements, their predictions, and the sweeps that ask for them."""

import uuid

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    stamp = op.create_table(
        "stamp",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("store", sa.String(32), nullable=False),
        sa.Column("points", sa.Integer, nullable=False),
        sa.Column("sweeps", sa.Integer, nullable=False),
    )
    op.bulk_insert(stamp, [{"id": 1, "store": uuid.uuid4().hex, "points": 0, "sweeps": 0}])
    _measurements()
    _sweeps()


def _measurements() -> None:
    op.create_table(
        "measurement",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("workload", sa.String(200), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("machine_id", sa.String(64), nullable=False),
        sa.Column("runtime", sa.String(100), nullable=False),
        sa.Column("n", sa.Integer, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("outcomes", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    shown = ["workload", "key", "machine_id", "runtime", "n", "id"]
    op.create_index("measurement_shown", "measurement", shown, unique=True)
    op.create_index("measurement_key", "measurement", ["key"])
    op.create_table(
        "predictions",
        sa.Column("measurement_id", sa.Integer, sa.ForeignKey("measurement.id"), primary_key=True),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )


def _sweeps() -> None:
    op.create_table(
        "sweep",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("workload", sa.String(200), nullable=False),
        sa.Column("requested_at", sa.Float, nullable=False),
        sa.Column("requested_by", sa.String(200), nullable=False),
        sa.Column("cancelled_at", sa.Float),
    )
    op.create_index("sweep_requested", "sweep", ["requested_at"])
    op.create_table(
        "task",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("request_id", sa.String(32), nullable=False),
        sa.Column("workload", sa.String(200), nullable=False),
        sa.Column("recipe", sa.Text, nullable=False),
        sa.Column("data", sa.Text),
        sa.Column("data_labels", sa.Text),
        sa.Column("images", sa.Integer),
        sa.Column("runtime", sa.String(100), nullable=False),
        sa.Column("fresh", sa.Boolean, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("fence", sa.String(32)),
        sa.Column("worker", sa.String(200)),
        sa.Column("lease_until", sa.Float),
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("fraction", sa.Float, nullable=False),
        sa.Column("started_at", sa.Float),
        sa.Column("finished_at", sa.Float),
        sa.Column("reused", sa.Boolean, nullable=False),
        sa.Column("measurement_id", sa.Integer, sa.ForeignKey("measurement.id")),
        sa.Column("sentence", sa.Text, nullable=False),
        sa.Column("log", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("task_state", "task", ["state", "request_id"])
    op.create_index("task_workload", "task", ["workload", "finished_at"])
    op.create_table(
        "sweep_task",
        sa.Column("sweep_id", sa.String(32), sa.ForeignKey("sweep.id"), primary_key=True),
        sa.Column("task_id", sa.Integer, sa.ForeignKey("task.id"), primary_key=True),
        sa.Column("position", sa.Integer, nullable=False),
    )
    op.create_index("sweep_task_task", "sweep_task", ["task_id"])
