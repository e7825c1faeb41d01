"""Views behind short ids: what a link too long for an address stands for."""

from __future__ import annotations

import hashlib

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from quant.errors import RequestError
from quant.store.schema import view

MOST_BYTES = 32_000
_DIGITS = 10  # of the hash; more where another view has the same ones
_MOST_DIGITS = 16


def keep(connection: Connection, query: str, now: float) -> str:
    """The view's id; equal views have one."""
    identity, is_kept = name(connection, query)
    if not is_kept:
        row = {"id": identity, "query": query, "created_at": now}
        connection.execute(sa.insert(view).values(row))
    return identity


def name(connection: Connection, query: str) -> tuple[str, bool]:
    """The id that a view has or would get, the first digits of its hash, and which it is."""
    digest = hashlib.sha256(query.encode()).hexdigest()
    for digits in range(_DIGITS, _MOST_DIGITS + 1):
        there = find(connection, digest[:digits])
        if there in (None, query):
            return digest[:digits], there is not None
    raise RuntimeError(f"another view has the id {digest[:_MOST_DIGITS]}")


def find(connection: Connection, identity: str) -> str | None:
    found = connection.execute(sa.select(view.c.query).where(view.c.id == identity)).scalar()
    return None if found is None else str(found)


def refuse_large(query: str) -> None:
    """A store is not a place to leave files in.

    Raises:
        RequestError: with the size and the limit.
    """
    size = len(query.encode())
    if size > MOST_BYTES:
        raise RequestError(
            f"this view takes {size:,} bytes and {MOST_BYTES:,} can be kept behind a short link; "
            "choose fewer layers or points, or share the long link"
        )
