"""What a database says, put as a sentence."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from quant.errors import StoreError

# Extended SQLite codes carry the plain one in their low byte.
_SQLITE = {
    sqlite3.SQLITE_READONLY: "may only be read; set BITFRONT_HOME or DATABASE_URL to a store "
    "that you may write to",
    sqlite3.SQLITE_FULL: "cannot grow: the disk is full; free some space and try again, what was "
    "measured before is kept",
    sqlite3.SQLITE_BUSY: "is locked by another program; close that and try again",
    sqlite3.SQLITE_LOCKED: "is locked by another program; close that and try again",
    sqlite3.SQLITE_NOTADB: "is not a database; move that file away or set DATABASE_URL elsewhere",
    sqlite3.SQLITE_CORRUPT: "is damaged; restore a copy of it or move the file away",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened; check that its folder exists and that you may "
    "write there, or set BITFRONT_HOME elsewhere",
    sqlite3.SQLITE_PERM: "may not be opened by you; set BITFRONT_HOME to a folder of your own",
    sqlite3.SQLITE_IOERR: "cannot be read or written: the disk reports an error; check its space "
    "and health",
}
_POSTGRESQL = {
    "53100": "cannot grow: the database's disk is full; free some space and try again",
    "25006": "may only be read; set DATABASE_URL to a database that you may write to",
    "42501": "refuses this user; grant it rights or change DATABASE_URL",
    "55P03": "is locked by another program; try again when that is done",
}


@contextmanager
def in_words(place: str) -> Iterator[None]:
    """Turn what the disk or the server does to us into StoreError; our own bugs pass."""
    try:
        yield
    except DBAPIError as exc:
        remedy = _remedy(exc)
        if remedy is None:
            raise
        raise StoreError(f"the store {place} {remedy}") from exc


def _remedy(exc: DBAPIError) -> str | None:
    code = getattr(exc.orig, "sqlite_errorcode", None)
    if code is not None:
        return _SQLITE.get(code & 0xFF)
    state = getattr(exc.orig, "sqlstate", None)
    if state is not None:
        return _POSTGRESQL.get(state)
    if isinstance(exc, OperationalError | InterfaceError):
        said = str(exc.orig).strip().splitlines()
        return f"cannot be reached ({said[0] if said else 'no answer'}); check DATABASE_URL"
    return None
