"""A store's file that is removed or replaced while it is in use."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy.exc import DisconnectionError

from quant.errors import StoreError


class Followed:
    """Connections to whatever file has the name now.

    A connection stays with its file where that was removed or replaced, and what is written there
    is lost. So it is given up once another file has the name; where none has, none is made.
    `remember` and `compare` listen to SQLAlchemy's pool.
    """

    def __init__(self, path: Path, connect: Callable[[], sqlite3.Connection]) -> None:
        self._path = path
        self._connect = connect
        self._was_there = False

    def connect(self) -> sqlite3.Connection:
        """A new connection; only the first one may make the file.

        Raises:
            StoreError: the file was there before and is gone.
        """
        if self._was_there:
            self._now()
        connection = self._connect()
        self._was_there = True
        return connection

    def remember(self, _connection: Any, record: Any) -> None:
        record.info["file"] = self._now()

    def compare(self, _connection: Any, record: Any, _proxy: Any) -> None:
        if record.info["file"] != self._now():
            raise DisconnectionError(f"{self._path} is another file now")

    def _now(self) -> tuple[int, int]:
        try:
            found = self._path.stat()
        except OSError as exc:
            raise StoreError(
                f"the store {self._path} was removed while it was in use; put it back, or a new, "
                "empty one takes its place"
            ) from exc
        return found.st_dev, found.st_ino
