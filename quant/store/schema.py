"""The tables. A change here comes with a migration and a new HEAD."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    false,
)

HEAD = "0011"
VERSION_TABLE = "bitfront_version"

metadata = MetaData()

# One row: writers update it first, so they queue there on PostgreSQL as they do on SQLite.
stamp = Table(
    "stamp",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("store", String(32), nullable=False),
    Column("points", Integer, nullable=False),
    Column("sweeps", Integer, nullable=False),
)

# The figures of a payload that charts, fronts and budgets read, each in a column of its own:
# 100,000 points are then read without parsing 100,000 documents. NULL is no number.
WORDS = ("recipe", "method", "ranges", "data", "data_id", "measured_at", "machine", "metric")
WHOLE = (
    "weights", "activations", "flips", "lost", "gained", "size_bytes", "fp32_size_bytes",
)  # fmt: skip
REAL = (
    "accuracy", "accuracy_low", "accuracy_high", "fp32_accuracy", "loss", "loss_low", "loss_high",
    "p_value", "latency_ms", "latency_low_ms", "latency_high_ms",
    "fp32_latency_ms", "fp32_latency_low_ms", "fp32_latency_high_ms",
    "latency_ratio", "latency_ratio_low", "latency_ratio_high", "effective_weight_bits",
)  # fmt: skip
FIGURES = (*WORDS, *WHOLE, *REAL)


def figures() -> list[Column[Any]]:
    """Columns for WORDS, WHOLE and REAL."""
    return [
        *(Column(name, Text) for name in WORDS),
        *(Column(name, BigInteger) for name in WHOLE),
        *(Column(name, Float(53)) for name in REAL),
    ]


def timing() -> list[Column[Any]]:
    """What latency is timed at; 0 threads in a task are those of the settings."""
    return [
        Column("batch", Integer, nullable=False, server_default="1"),
        Column("threads", Integer, nullable=False, server_default="0"),
    ]


measurement = Table(
    "measurement",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("workload", String(200), nullable=False),
    Column("key", String(200), nullable=False),
    Column("machine_id", String(64), nullable=False),
    Column("runtime", String(100), nullable=False),
    Column("n", Integer, nullable=False),
    Column("payload", Text, nullable=False),
    Column("outcomes", Text, nullable=False),
    *figures(),
    *timing(),
    Column("executed_by", String(100), nullable=False, server_default=""),
    Index(
        "measurement_shown",
        "workload",
        "key",
        "machine_id",
        "runtime",
        "batch",
        "threads",
        "n",
        "id",
        unique=True,
    ),
    Index("measurement_key", "key"),
    sqlite_autoincrement=True,
)

predictions = Table(
    "predictions",
    metadata,
    Column("measurement_id", Integer, ForeignKey("measurement.id"), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

sweep = Table(
    "sweep",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("workload", String(200), nullable=False),
    Column("requested_at", Float, nullable=False),
    Column("requested_by", String(200), nullable=False),
    Column("cancelled_at", Float),
    Column("priority", Integer, nullable=False, server_default="0"),
    Column("purpose", String(16), nullable=False, server_default="measure"),
    Index("sweep_requested", "requested_at"),
)

task = Table(
    "task",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("request_id", String(32), nullable=False),
    Column("workload", String(200), nullable=False),
    Column("recipe", Text, nullable=False),
    Column("data", Text),
    Column("data_labels", Text),
    Column("images", Integer),
    Column("runtime", String(100), nullable=False),
    Column("fresh", Boolean, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("fence", String(32)),
    Column("worker", String(200)),
    Column("lease_until", Float),
    Column("step", Text, nullable=False),
    Column("fraction", Float, nullable=False),
    Column("started_at", Float),
    Column("finished_at", Float),
    Column("reused", Boolean, nullable=False),
    Column("measurement_id", Integer, ForeignKey("measurement.id")),
    Column("sentence", Text, nullable=False),
    Column("log", Text, nullable=False),
    Column("broke", Boolean, nullable=False, server_default=false()),
    Column("timeline", Text, nullable=False, server_default="[]"),
    Column("purpose", String(16), nullable=False, server_default="measure"),
    *timing(),
    Index("task_state", "state", "request_id"),
    Index("task_workload", "workload", "finished_at"),
    sqlite_autoincrement=True,
)

sweep_task = Table(
    "sweep_task",
    metadata,
    Column("sweep_id", String(32), ForeignKey("sweep.id"), primary_key=True),
    Column("task_id", Integer, ForeignKey("task.id"), primary_key=True),
    Column("position", Integer, nullable=False),
    Index("sweep_task_task", "task_id"),
)

# Points taken apart: their time by operation, and where their loss comes from.
breakdown = Table(
    "breakdown",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("workload", String(200), nullable=False),
    Column("key", String(200), nullable=False),
    Column("machine_id", String(64), nullable=False),
    Column("runtime", String(100), nullable=False),
    Column("payload", Text, nullable=False),
    Index("breakdown_point", "key", "machine_id", "runtime", "id"),
    sqlite_autoincrement=True,
)

# What each layer loses at each width: compressed, as quant/sensitivity writes it.
sensitivity = Table(
    "sensitivity",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("workload", String(200), nullable=False),
    Column("key", String(200), nullable=False),
    Column("method", String(16), nullable=False),
    Column("data_id", String(64), nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("histograms", LargeBinary, nullable=False),
    Index("sensitivity_workload", "workload", "id"),
    Index("sensitivity_key", "key", "id"),
    sqlite_autoincrement=True,
)

# What networks take in PyTorch: no points, and never on a front.
reference = Table(
    "reference",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("workload", String(200), nullable=False),
    Column("payload", Text, nullable=False),
    Index("reference_workload", "workload", "id"),
    sqlite_autoincrement=True,
)

# What a link too long for an address stands for: `query` is the part after its question mark.
view = Table(
    "view",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("query", Text, nullable=False),
    Column("created_at", Float, nullable=False),
)
