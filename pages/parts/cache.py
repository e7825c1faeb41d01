"""The only st.cache_* calls. Points are keyed on the store's version stamp."""

from __future__ import annotations

import gc

import streamlit as st

from quant.jobs.requests import SweepStatus
from quant.records import Measurement
from quant.settings import settings
from quant.store import Stamp, Store, open_store


@st.cache_resource(show_spinner=False)
def warm() -> None:
    """Once a process: what was imported never goes away, so the collector may leave it alone."""
    gc.collect()
    gc.freeze()


def store() -> Store:
    """The store that the settings name; one connection pool a process."""
    return _store(settings().database_url)


def stamp() -> Stamp:
    return store().version_stamp()


def points(workload: str) -> tuple[Measurement, ...]:
    """What is shown of a workload, over all machines and runtimes, without layers."""
    now = stamp()
    return _points(settings().database_url, now.store, now.points, workload)


def measurement(identity: str) -> Measurement | None:
    """One point with its layers."""
    now = stamp()
    return _measurement(settings().database_url, now.store, now.points, identity)


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


# Resources are shared, not copied: measurements are frozen.
@st.cache_resource(show_spinner=False, max_entries=32)
def _points(url: str, name: str, version: int, workload: str) -> tuple[Measurement, ...]:
    del name, version  # they only name this state of the store
    return tuple(_store(url).points(workload))


@st.cache_resource(show_spinner=False, max_entries=256)
def _measurement(url: str, name: str, version: int, identity: str) -> Measurement | None:
    del name, version
    return _store(url).measurement(identity)
