"""From a URL to connections that behave: WAL, patience, and a BEGIN that means it."""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from quant.errors import StoreError
from quant.snapshot.marker import is_snapshot
from quant.store.followed import Followed
from quant.store.volume import is_network

BUSY_SECONDS = 10.0


def parse(url: str) -> URL:
    """The URL with the driver that we ship for.

    Raises:
        StoreError: it is no URL, or of a database that Bitfront does not keep stores in.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as exc:
        raise StoreError(
            f"DATABASE_URL is no address (it starts with {url.partition('//')[0][:40]!r}); "
            "write sqlite:///FILE or postgresql://user@host/name"
        ) from exc
    kind = parsed.drivername.split("+")[0]
    if kind in ("postgres", "postgresql"):
        return parsed.set(drivername="postgresql+psycopg")
    if kind == "sqlite" and parsed.database and parsed.database != ":memory:":
        return parsed.set(drivername="sqlite")
    raise StoreError(
        f"DATABASE_URL is {parsed.render_as_string()!r}; stores are kept in a file, "
        "sqlite:///FILE, or in postgresql://user@host/name"
    )


def connect(url: URL, read_only: bool) -> Engine:
    """An engine whose transactions begin when ours do."""
    if url.drivername != "sqlite":
        return _postgresql(url, read_only)
    path = Path(url.database or "")
    file = Followed(path, lambda: _sqlite(path, read_only))
    engine = sa.create_engine("sqlite://", creator=file.connect, poolclass=sa.QueuePool)
    sa.event.listen(engine, "begin", _begin)
    sa.event.listen(engine, "connect", file.remember)
    sa.event.listen(engine, "checkout", file.compare)
    return engine


def _postgresql(url: URL, read_only: bool) -> Engine:
    try:
        return sa.create_engine(
            url,
            pool_pre_ping=True,
            connect_args={"connect_timeout": 10},
            execution_options={"postgresql_readonly": read_only},
        )
    except (ModuleNotFoundError, NoSuchModuleError) as exc:
        raise StoreError(
            "DATABASE_URL names a PostgreSQL store and its driver is not installed; "
            "pip install 'psycopg[binary]'"
        ) from exc


def _begin(connection: Connection) -> None:
    # Python's sqlite3 would begin late and without a lock: two writers could then both have read
    # before either writes. A writer takes the lock when it begins.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _sqlite(path: Path, read_only: bool) -> sqlite3.Connection:
    connection = sqlite3.connect(
        address(path, read_only),
        uri=True,
        timeout=BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        if not read_only:
            _write_ahead(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def address(path: Path, read_only: bool) -> str:
    """The file as SQLite's URI, opened so that nothing is made beside it where nothing can be."""
    uri = path.absolute().as_uri()
    if not read_only:
        return uri
    # A WAL store in a folder where nothing can be made opens only as immutable. A snapshot is
    # immutable wherever it lies: nobody writes to it, and some hosts' disks have no locks.
    still = is_snapshot(path.parent) or not os.access(path.parent, os.W_OK)
    return f"{uri}?immutable=1" if still and not Path(f"{path}-wal").exists() else f"{uri}?mode=ro"


def _write_ahead(connection: sqlite3.Connection, path: Path) -> None:
    """Readers and a writer at once. Not on a network volume: WAL needs shared memory."""
    if _journal(connection) == "wal" or is_network(path.parent):
        return
    # Two processes that switch at once: SQLite refuses one of them without waiting.
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as exc:
            busy = exc.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
            if not busy or time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def _journal(connection: sqlite3.Connection) -> Any:
    return connection.execute("PRAGMA journal_mode").fetchone()[0]
