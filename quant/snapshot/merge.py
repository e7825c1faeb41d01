"""Take another store's measurements, predictions and files into this one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from quant.errors import StoreError
from quant.snapshot import arrivals, own_facts
from quant.snapshot.arrivals import Arrival
from quant.snapshot.source import Source, opened
from quant.store import Store


@dataclass(frozen=True, slots=True)
class Imported:
    """How many measurements came, were here before, or are older than what is here; and the files
    that came with them."""

    new: int
    known: int
    older: int
    files: int
    files_bytes: int


def merge(store: Store, home: Path, given: Path) -> Imported:
    """All of it or nothing; a second time, nothing changes.

    Files come first: a store never names a file that is still to come. One that is left behind
    when the disk fills up in between is taken over by the next attempt.

    Raises:
        StoreError: what was named is no store, or holds anything that Bitfront does not write.
    """
    if store.read_only:
        raise StoreError("this store is open for reading only; set BITFRONT_HOME to another folder")
    with opened(given) as source:
        coming = _arrivals(source, home)
        arrivals.refuse_if_too_large(coming, home)
        named = sorted({measured.workload for measured, _ in source.every()})
        told = own_facts.coming(source.root, home, named)
        for item in coming:
            arrivals.verify(item)
        for item in coming:
            arrivals.copy(item)
        for one in told:
            own_facts.put(home, one)
        merged = store.merge(
            (arrivals.placed(measured, home), said) for measured, said in source.every()
        )
    return Imported(*merged, len(coming), sum(item.size_bytes for item in coming))


def _arrivals(source: Source, home: Path) -> Sequence[Arrival]:
    """Every measurement is checked on the way, before anything is written."""
    found: dict[Path, Arrival] = {}
    for measured, _ in source.every():
        item = arrivals.arrival(measured, source.root, home)
        if item is None:
            continue
        other = found.setdefault(item.target, item)
        if other.sha256 != item.sha256:
            raise StoreError(f"{item.source} stands for two different files; nothing was imported")
    return list(found.values())
