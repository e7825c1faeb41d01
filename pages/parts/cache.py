"""The only st.cache_* calls. Points are keyed on the store's version stamp."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import local

import streamlit as st

from pages.parts import wire
from quant.jobs.requests import SweepStatus
from quant.pareto import Ground
from quant.points import Points
from quant.records import Measurement
from quant.selection import Filters, Selection, grounds, select
from quant.settings import settings
from quant.store import Shown, Stamp, Store, open_store

_page = local()  # of this thread: the stamp while a page is being built


@st.cache_resource(show_spinner=False)
def warm() -> None:
    """Once a process: what was imported never goes away, so the collector may leave it alone."""
    gc.collect()
    gc.freeze()
    wire.send_at_once()


def store() -> Store:
    """The store that the settings name; one connection pool a process."""
    return _store(settings().database_url)


def stamp() -> Stamp:
    """The version of the store; inside a page, that of the moment when it was first asked for."""
    held = getattr(_page, "held", None)
    if held is None:
        return store().version_stamp()
    if not held:
        held.append(store().version_stamp())
    return held[0]


@contextmanager
def one_moment() -> Iterator[None]:
    """All parts of a page are of one moment, and the version is read once for them. What writes
    either draws the page again or calls `changed`."""
    _page.held = []
    try:
        yield
    finally:
        _page.held = None


def changed() -> None:
    """The rest of this page shows what was just written."""
    if getattr(_page, "held", None):
        _page.held.clear()


def columns(workload: str) -> Points:
    """What is shown of a workload, over all machines and runtimes, as columns."""
    url = settings().database_url
    return _shown(url).of(workload, stamp())


def places(workload: str) -> dict[Ground, str]:
    """Where a workload was measured, and when last."""
    now = stamp()
    return _places(settings().database_url, now.store, now.points, workload)


def selection(
    workload: str, others: tuple[str, ...], ground: Ground, filters: Filters
) -> Selection:
    """What is compared of these models; all who look at the same share it."""
    now = stamp()
    listed = (sorted(filters.methods), sorted(filters.weights), sorted(filters.activations))
    named = (workload, *others)
    return _selection(settings().database_url, now.store, now.points, named, ground, listed)


def measurement(identity: str) -> Measurement | None:
    """One point with its layers."""
    now = stamp()
    return _measurement(settings().database_url, now.store, now.points, identity)


def history(key: str) -> tuple[Measurement, ...]:
    """All measurements of a point, oldest first."""
    now = stamp()
    return _history(settings().database_url, now.store, now.points, key)


def sweeps(workload: str, limit: int = 5) -> tuple[SweepStatus, ...]:
    """The newest sweeps of a workload first."""
    now = stamp()
    return _sweeps(settings().database_url, now.store, now.sweeps, workload, limit)


def newest_sweeps(limit: int = 30) -> tuple[SweepStatus, ...]:
    """The newest sweeps of all workloads first."""
    now = stamp()
    return _sweeps(settings().database_url, now.store, now.sweeps, None, limit)


def open_sweeps() -> tuple[SweepStatus, ...]:
    """What runs or waits, in the order of asking."""
    now = stamp()
    return _open_sweeps(settings().database_url, now.store, now.sweeps)


@st.cache_resource(show_spinner=False)
def keep_measuring() -> None:
    """Once a process: what waits is measured, though nobody asks again."""
    if not store().read_only:
        from quant.jobs import watchdog

        watchdog.start()


@st.cache_resource(show_spinner=False, max_entries=8)
def _store(url: str) -> Store:
    return open_store(url)


# Progress moves with every beat of a worker, and all visitors read it once.
@st.cache_resource(show_spinner=False, max_entries=64)
def _sweeps(
    url: str, name: str, version: int, workload: str | None, limit: int
) -> tuple[SweepStatus, ...]:
    del name, version
    return tuple(_store(url).sweeps(limit, workload))


@st.cache_resource(show_spinner=False, max_entries=4)
def _open_sweeps(url: str, name: str, version: int) -> tuple[SweepStatus, ...]:
    del name, version
    return tuple(_store(url).open_sweeps())


@st.cache_resource(show_spinner=False, max_entries=8)
def _shown(url: str) -> Shown:
    return Shown(_store(url))


@st.cache_resource(show_spinner=False, max_entries=32)
def _places(url: str, name: str, version: int, workload: str) -> dict[Ground, str]:
    del url, name, version
    return grounds(columns(workload))


# Few, since each may hold 100,000 points.
@st.cache_resource(show_spinner=False, max_entries=12)
def _selection(
    url: str,
    name: str,
    version: int,
    named: tuple[str, ...],
    ground: tuple[str, ...],
    listed: tuple[list[str], list[int], list[int]],
) -> Selection:
    del url, name, version
    methods, weights, activations = map(frozenset, listed)
    others = {other: columns(other) for other in named[1:]}
    filters = Filters(methods, weights, activations)
    return select(columns(named[0]), others, Ground(*ground), filters)


# Resources are shared, not copied: measurements are frozen.
@st.cache_resource(show_spinner=False, max_entries=256)
def _measurement(url: str, name: str, version: int, identity: str) -> Measurement | None:
    del name, version
    return _store(url).measurement(identity)


@st.cache_resource(show_spinner=False, max_entries=64)
def _history(url: str, name: str, version: int, key: str) -> tuple[Measurement, ...]:
    del name, version
    return tuple(_store(url).history(key))
