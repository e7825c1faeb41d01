"""The store in a SQL database."""

from __future__ import annotations

from quant.store.sql_jobs import SqlJobs
from quant.store.sql_points import SqlPoints


class SqlStore(SqlPoints, SqlJobs):
    """See quant.store.protocol."""
