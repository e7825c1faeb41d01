"""SQLite files of stores: a private copy of a stranger's, and one made fit to be handed out."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from quant.errors import StoreError
from quant.store import schema
from quant.store.engine import address

MOST_BYTES = 4 * 2**30
_MAGIC = b"SQLite format 3\x00"
_TABLES = "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
_VERSION = f"SELECT version_num FROM {schema.VERSION_TABLE}"


def private_copy(source: Path, target: Path) -> None:
    """Copy a store's file, unless what it holds could do anything but be read.

    Raises:
        StoreError: no store, a newer one, a damaged one, or one that is too large.
    """
    with _in_words(source):
        size = source.stat().st_size
        if size > MOST_BYTES:
            raise StoreError(
                f"{source} has {size / 1e9:.1f} GB and a store to import has at most "
                f"{MOST_BYTES / 1e9:.1f} GB; import a snapshot of some of its workloads"
            )
        with source.open("rb") as stream:
            if stream.read(len(_MAGIC)) != _MAGIC:
                raise StoreError(f"{source} is not a store of Bitfront; name another file")
        uri = address(source, read_only=True)
        with closing(sqlite3.connect(uri, uri=True)) as read:
            _check(read, source)
            with closing(sqlite3.connect(target)) as written:
                read.backup(written)
                if written.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
                    raise StoreError(f"{source} is damaged; import another copy of it")


def settle(path: Path, name: str) -> None:
    """Make a store one file that depends on its content alone. `name`: 32 hexadecimal digits."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("UPDATE stamp SET store = ?, points = 1, sweeps = 0", (name,))
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("VACUUM")


def _check(connection: sqlite3.Connection, source: Path) -> None:
    rows = connection.execute(_TABLES).fetchall()
    names = {name for kind, name, _ in rows if kind == "table"}
    if not {schema.VERSION_TABLE, "measurement", "predictions", "stamp"} <= names:
        raise StoreError(f"{source} is a database of another program; name a store of Bitfront")
    for kind, name, sql in rows:
        if kind not in ("table", "index") or " virtual " in f" {str(sql)[:40].lower()} ":
            raise StoreError(
                f"{source} holds the {kind} {str(name)[:40]!r}, which no Bitfront wrote; "
                "it is not imported"
            )
    (version,) = connection.execute(_VERSION).fetchone() or ("none",)
    if not (isinstance(version, str) and version.isdigit() and version <= schema.HEAD):
        raise StoreError(
            f"{source} has version {str(version)[:20]} and this Bitfront knows versions up to "
            f"{schema.HEAD}; update Bitfront"
        )


@contextmanager
def _in_words(source: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as exc:
        raise StoreError(f"{source} cannot be read as a store ({exc}); name another file") from exc
    except OSError as exc:
        raise StoreError(f"{source} cannot be read ({exc.strerror}); check its rights") from exc
