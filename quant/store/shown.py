"""What a store shows, kept in memory as columns: only what was added since is read."""

from __future__ import annotations

from threading import Lock

from quant.points import Points
from quant.store.columns import shown
from quant.store.protocol import Stamp, Store


class Shown:
    """One a process and store; sessions share it and what it gives out."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = Lock()
        self._stamp: Stamp | None = None
        self._last = 0
        self._points: dict[str, Points] = {}

    def of(self, workload: str, now: Stamp) -> Points:
        """What is shown of a workload over all machines and runtimes, at this stamp or later.

        Raises:
            StoreError: the store cannot be read.
        """
        with self._lock:
            if self._stamp is None or now[:2] != self._stamp[:2]:
                # Not `now`: who comes late asks with a stamp older than what others made us read.
                self._refresh(self._store.version_stamp())
            return self._points.get(workload) or Points.of(())

    def workloads(self, now: Stamp) -> tuple[str, ...]:
        """The names of all workloads with points, in order.

        Raises:
            StoreError: the store cannot be read.
        """
        self.of("", now)
        with self._lock:
            return tuple(sorted(self._points))

    def _refresh(self, now: Stamp) -> None:
        """Rows are only ever added, in the order of their numbers, so what was read stays true;
        another store in the place of this one, or an older copy of it, is read from its start."""
        seen = self._stamp
        if seen is not None and now[:2] == seen[:2]:
            return
        if seen is not None and (now.store != seen.store or now.points < seen.points):
            self._stamp, self._last, self._points = None, 0, {}
        fresh = self._store.figures(self._last)
        for workload in {place.workload for place in fresh.places}:
            mine = fresh.take(fresh.at(p for p in fresh.places if p.workload == workload))
            known = self._points.get(workload)
            both = Points.joined([known, mine] if known else [mine])
            self._points[workload] = both.take(shown(both))
        if len(fresh):
            self._last = int(fresh.numbers[-1])
        self._stamp = now
