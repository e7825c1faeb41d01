"""Connections to one SQL database: to read, and to write one after the other."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from quant.errors import StoreError
from quant.store import schema
from quant.store.faults import in_words
from quant.store.protocol import Stamp


class Connected:
    """`clock` gives seconds since 1970."""

    def __init__(
        self, engine: Engine, place: str, read_only: bool, clock: Callable[[], float] = time.time
    ) -> None:
        self.read_only = read_only
        self._engine = engine
        self._place = place
        self._clock = clock

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with in_words(self._place), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def _writing(self, *, points: bool = False) -> Iterator[Connection]:
        if self.read_only:
            raise StoreError(
                f"the store {self._place} is open for reading only; set BITFRONT_HOME or "
                "DATABASE_URL to a store that you may write to"
            )
        stamp = schema.stamp
        values = {"sweeps": stamp.c.sweeps + 1, "points": stamp.c.points + int(points)}
        with in_words(self._place), self._engine.connect() as plain:
            connection = plain.execution_options(writes=True)
            with connection.begin():
                # First of all: its row is the lock that writers queue at.
                connection.execute(sa.update(stamp).values(values))
                yield connection

    def version_stamp(self) -> Stamp:
        stamp = schema.stamp.c
        with self._reading() as connection:
            row = connection.execute(sa.select(stamp.store, stamp.points, stamp.sweeps)).one()
        return Stamp(*row)

    def close(self) -> None:
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
