"""Open a store: made if absent, brought up to date if older, refused if newer."""

from __future__ import annotations

import os
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.exc import DBAPIError

from quant.errors import StoreError
from quant.settings import settings
from quant.snapshot import marker
from quant.store import schema
from quant.store.engine import connect, parse
from quant.store.faults import in_words
from quant.store.protocol import Store
from quant.store.sql import SqlStore


def open_store(url: str | None = None, read_only: bool = False) -> Store:
    """The store at `url`, by default the one that the settings name.

    A file that cannot be written is opened for reading; so is every store from a snapshot's code.

    Raises:
        StoreError: newer, damaged, out of reach, or absent where nothing may be made.
    """
    parsed = parse(url or settings().database_url)
    place = _place(parsed)
    read_only = read_only or marker.here() is not None or _cannot_write(parsed)
    _check_file(parsed, read_only, place)
    engine = connect(parsed, read_only)
    try:
        with in_words(place):
            _bring_up_to_date(engine, read_only, place)
    except BaseException:
        engine.dispose()
        raise
    return SqlStore(engine, place, read_only)


def _place(url: URL) -> str:
    return str(url.database) if url.drivername == "sqlite" else url.render_as_string()


def _cannot_write(url: URL) -> bool:
    if url.drivername != "sqlite" or not (path := Path(url.database or "")).exists():
        return False
    may_write = os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
    return marker.is_snapshot(path.parent) or not may_write


def _check_file(url: URL, read_only: bool, place: str) -> None:
    if url.drivername != "sqlite":
        return
    path = Path(url.database or "")
    if path.is_dir():
        raise StoreError(f"the store {place} is a folder; name a file in it, or another file")
    if not path.parent.is_dir():
        raise StoreError(f"the store {place} has no folder to lie in; make {path.parent}")
    if read_only and not path.exists():
        raise StoreError(f"there is no store {place}; measure something first")


def _bring_up_to_date(engine: Engine, read_only: bool, place: str) -> None:
    with engine.connect() as connection:
        stored = _stored_version(connection, place)
    if stored == schema.HEAD:
        return
    if stored is not None and not (stored.isdigit() and stored < schema.HEAD):
        raise StoreError(
            f"the store {place} has version {stored} and this Bitfront knows versions up to "
            f"{schema.HEAD}; update Bitfront, or set BITFRONT_HOME to another folder"
        )
    if read_only:
        raise StoreError(
            f"the store {place} has version {stored or 'none'} and needs {schema.HEAD}; "
            "open it once where it may be written"
        )
    from quant.store.migrate import migrate

    migrate(engine)


def _stored_version(connection: Connection, place: str) -> str | None:
    """The version on record, None for an empty database; StoreError for a foreign one."""
    try:
        found = connection.exec_driver_sql(f"SELECT version_num FROM {schema.VERSION_TABLE}")
        version = found.scalar()
    except DBAPIError:
        # Either there is no such table, or the file is no database, which this then says.
        connection.rollback()
        version = None
    if version is not None:
        return str(version)
    foreign = set(sa.inspect(connection).get_table_names()) - {schema.VERSION_TABLE}
    ours = foreign & set(schema.metadata.tables)
    if ours or (foreign and connection.dialect.name == "sqlite"):
        named = ", ".join(sorted(ours or foreign)[:3])
        raise StoreError(
            f"the store {place} holds tables of another program ({named}); "
            "set DATABASE_URL to a database of its own"
        )
    return None
