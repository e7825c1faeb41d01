"""A store from elsewhere, read as a stranger's: nothing in it is believed."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from quant.errors import BitfrontError, StoreError
from quant.metric import NAMES
from quant.records import Measurement
from quant.snapshot.paths import is_plain
from quant.store import Store, open_store
from quant.store.copying import private_copy
from quant.store.protocol import Kept

DATABASE = "bitfront.db"
MOST_PREDICTIONS_BYTES = 256 * 2**20
LARGEST = 2**53
_LONGEST = {
    "key": 200, "workload": 200, "runtime": 100, "measured_at": 40, "artifact_sha256": 64,
}  # fmt: skip
_LONGEST_OR_EMPTY = {"executed_by": 100, "fp32_executed_by": 100}  # empty but for `best`
_RECORD = TypeAdapter(Measurement)


@dataclass(frozen=True)
class Source:
    """`root` holds the artifacts; `place` is what to call it."""

    root: Path
    place: Path
    store: Store

    def every(self) -> Iterator[Kept]:
        """All measurements, oldest first, each as sound as one of ours.

        Raises:
            StoreError: one is not.
        """
        rows = self.store.every()
        number = 0
        while True:
            number += 1
            try:
                measured, said = next(rows)
                yield sound(measured), _small(said)
            except StopIteration:
                return
            except (ValueError, TypeError, KeyError, AttributeError, BitfrontError) as exc:
                if isinstance(exc, StoreError):
                    raise
                raise StoreError(
                    f"measurement {number:,} of {self.place} is not one that Bitfront writes "
                    f"({_first_line(exc)}); nothing was imported"
                ) from exc


@contextmanager
def opened(given: Path) -> Iterator[Source]:
    """Read a private copy of the store, brought up to date, so that the original stays as it is.

    Raises:
        StoreError: there is none, or it cannot be trusted to be one.
    """
    path = _database(given)
    with tempfile.TemporaryDirectory(prefix="bitfront-import-") as folder:
        copy = Path(folder) / DATABASE
        private_copy(path, copy)
        with _up_to_date(copy, path) as store:
            yield Source(path.parent, path, store)


def sound(measured: Measurement) -> Measurement:
    """The same measurement with every value of its type and within its limits.

    Raises:
        ValueError: one is not.
    """
    checked = _RECORD.validate_python(measured.to_dict())
    for name, longest in _LONGEST.items():
        if not 0 < len(getattr(checked, name)) <= longest:
            raise ValueError(f"its {name} is empty or longer than {longest}")
    for name, longest in _LONGEST_OR_EMPTY.items():
        if len(getattr(checked, name)) > longest:
            raise ValueError(f"its {name} is longer than {longest}")
    if "@" in checked.key + checked.machine.id or not 0 < len(checked.machine.id) <= 64:
        raise ValueError("its key or machine cannot be part of a link")
    if checked.metric not in NAMES:
        raise ValueError(f"its metric is {checked.metric[:40]!r}")
    if checked.n < 1 or any(abs(whole) > LARGEST for whole in _whole(checked.to_dict())):
        raise ValueError("one of its counts is out of range")
    if checked.artifact and not is_plain(checked.artifact):
        raise ValueError(f"its file is called {checked.artifact[:60]!r}")
    datetime.fromisoformat(checked.measured_at)
    return checked


def _whole(values: Any) -> Iterator[int]:
    if isinstance(values, dict):
        values = list(values.values())
    if isinstance(values, list | tuple):
        for value in values:
            yield from _whole(value)
    elif isinstance(values, int):
        yield values


def _small(said: bytes | None) -> bytes | None:
    if said is not None and len(said) > MOST_PREDICTIONS_BYTES:
        raise ValueError(f"its predictions have {len(said):,} bytes")
    return said


def _database(given: Path) -> Path:
    path = given / DATABASE if given.is_dir() else given
    if not path.exists():
        what = f"there is no {DATABASE} in {given}" if given.is_dir() else f"there is no {given}"
        raise StoreError(f"{what}; name a snapshot, a home folder, or a store's .db file")
    whole = path.resolve()
    if not whole.is_file() or (given.is_dir() and whole.parent != given.resolve()):
        raise StoreError(f"{path} is a link or no file; name the store's .db file itself")
    return whole


@contextmanager
def _up_to_date(copy: Path, named: Path) -> Iterator[Store]:
    try:
        store = open_store(f"sqlite:///{copy}")
    except (ValueError, TypeError, KeyError, AttributeError) as exc:
        raise StoreError(
            f"{named} holds rows that no Bitfront wrote ({_first_line(exc)}); nothing was imported"
        ) from exc
    with store:
        yield store


def _first_line(exc: BaseException) -> str:
    lines = str(exc).splitlines()
    return " ".join(line.strip() for line in lines[1:3])[:120] if len(lines) > 1 else str(exc)[:120]
