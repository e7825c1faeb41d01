"""The only st.cache_* calls. Points are keyed on the store's version stamp."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from models.gallery import Gallery
from models.gallery import gallery as pictures_of
from models.workload import workload as named
from pages.parts import moment, wire
from quant.breakdown.found import Found, found
from quant.compare.sides import Side
from quant.compare.sides import sides as columns_of
from quant.errors import StoreError
from quant.grounds import grounds, select
from quant.jobs import estimate
from quant.jobs.requests import SweepStatus, TaskStatus
from quant.pareto import Ground
from quant.points import Points
from quant.records import Measurement
from quant.reference.record import Reference
from quant.samples import Integers, Samples
from quant.selection import Filters, Selection
from quant.sensitivity.histograms import Histograms, unpack
from quant.sensitivity.scores import Sensitivity
from quant.settings import settings
from quant.store import Right, Shown, Stamp, Store, open_store

Drawing = TypeVar("Drawing")


@st.cache_resource(show_spinner=False)
def warm() -> None:
    """Once a process: what was imported never goes away, so the collector may leave it alone."""
    gc.collect()
    gc.freeze()
    wire.send_at_once()


@moment.kept
def store() -> Store:
    """The store that the settings name; one connection pool a process."""
    return _store(_url())


@moment.kept
def stamp() -> Stamp:
    """The version of the store."""
    return store().version_stamp()


@moment.kept
def columns(workload: str) -> Points:
    """What is shown of a workload, over all machines and runtimes, as columns."""
    return _shown(_url()).of(workload, stamp())


@moment.kept
def workloads() -> tuple[str, ...]:
    """The names of all models that have points, by name."""
    return _shown(_url()).workloads(stamp())


def right(points: Points) -> list[NDArray[np.bool_] | None]:
    """Which pictures each of these points has right, where it is known."""
    return _right(_url()).of(points)


@moment.kept
def places(workload: str) -> dict[Ground, str]:
    """Where a workload was measured, and when last."""
    now = stamp()
    return _places(_url(), now.store, now.points, workload)


@moment.kept
def selection(
    workload: str, others: tuple[str, ...], ground: Ground, filters: Filters
) -> Selection:
    """What is compared of these models; all who look at the same share it."""
    now = stamp()
    listed = (sorted(filters.methods), sorted(filters.weights), sorted(filters.activations))
    named = (workload, *others)
    return _selection(_url(), now.store, now.points, named, ground, listed)


@moment.kept
def measurement(identity: str, batch: int, threads: int) -> Measurement | None:
    """One point with its layers, as it was timed at this batch with these threads."""
    now = stamp()
    return _measurement(_url(), now.store, now.points, identity, (batch, threads))


@moment.kept
def references(workload: str) -> tuple[Reference, ...]:
    """What a network takes in PyTorch, where that was measured."""
    now = stamp()
    return _references(_url(), now.store, now.points, workload)


@moment.kept
def explained(identity: str) -> Found | None:
    """What a point was taken apart into, with what its words rest on; None before that."""
    now = stamp()
    return _explained(_url(), now.store, now.points, identity)


@moment.kept
def sensitivity(workload: str) -> Sensitivity | None:
    """What each layer of a workload loses at each width, as found last, by `mse` where it was; None
    before that."""
    now = stamp()
    return _sensitivity(_url(), now.store, now.points, workload)


def histograms(key: str) -> Mapping[str, Histograms]:
    """How values of each layer are spread, beside the scores of that key; by layer."""
    return _histograms(_url(), key)


@moment.kept
def history(key: str) -> tuple[Measurement, ...]:
    """All measurements of a point, oldest first."""
    now = stamp()
    return _history(_url(), now.store, now.points, key)


@moment.kept
def sides(identities: tuple[str, ...], timed: tuple[int, int]) -> tuple[Side, ...]:
    """These points in columns, with what is kept beside them; timed at this batch with these
    threads, where they were."""
    now = stamp()
    return _sides(_url(), now.store, now.points, identities, timed)


@moment.kept
def samples(identity: tuple[str, int, int]) -> Samples | None:
    """What a file said of each picture; None where it was not kept, or is damaged."""
    now = stamp()
    return _samples(_url(), now.store, now.points, identity)


def gallery(workload: str, data_id: str) -> Gallery | None:
    """The report pictures of that id, where they are on this machine."""
    return _gallery(str(settings().home), workload, data_id)


@moment.kept
def newest_sweep(workload: str) -> SweepStatus | None:
    """The sweep of a workload that was asked for last."""
    now = stamp()
    return next(iter(_sweeps(_url(), now.store, now.sweeps, workload, 1)), None)


@moment.kept
def newest_sweeps(limit: int = 30) -> tuple[SweepStatus, ...]:
    """The newest sweeps of all workloads first."""
    now = stamp()
    return _sweeps(_url(), now.store, now.sweeps, None, limit)


@moment.kept
def open_sweeps() -> tuple[SweepStatus, ...]:
    """What runs or waits, in the order of asking."""
    now = stamp()
    return _open_sweeps(_url(), now.store, now.sweeps)


@moment.kept
def tasks(sweep: str) -> tuple[TaskStatus, ...]:
    """The points of a sweep in order."""
    now = stamp()
    return _tasks(_url(), now.store, now.sweeps, sweep)


def running(workload: str) -> tuple[SweepStatus, ...]:
    """What runs or waits of a workload, in the order of asking."""
    return tuple(sweep for sweep in open_sweeps() if sweep.workload == workload)


def drawn(what: tuple[Any, ...], draw: Callable[[], Drawing]) -> Drawing:
    """What was made of the store's points, once for all who look at the same. `what` says with
    its repr everything that the drawing depends on, but for the points' content."""
    now = stamp()
    made: Drawing = _drawn(repr((_url(), now.store, now.points, what)), draw)
    return made


@st.cache_resource(show_spinner=False)
def keep_measuring() -> None:
    """Once a process: what waits is measured, though nobody asks again."""
    if not store().read_only:
        from quant.jobs import watchdog

        watchdog.start()


@st.cache_resource(show_spinner=False)
def readers() -> ThreadPoolExecutor:
    """Threads that wait for what is read apart: two at once on this machine, whoever asks."""
    return ThreadPoolExecutor(2, thread_name_prefix="reading")


@moment.kept
def _url() -> str:
    return settings().database_url


@st.cache_resource(show_spinner=False, max_entries=8)
def _store(url: str) -> Store:
    return open_store(url)


# A folder may grow, and listing a large one takes a moment.
@st.cache_data(show_spinner=False, max_entries=64, ttl=60)
def pictures_in(folder: str, classes: int) -> int | None:
    """Pictures of a folder that would be reported on; None where it will not do."""
    return estimate.pictures_in(folder, classes)


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


@st.cache_resource(show_spinner=False, max_entries=16)
def _tasks(url: str, name: str, version: int, sweep: str) -> tuple[TaskStatus, ...]:
    del name, version
    return tuple(_store(url).tasks(sweep))


@st.cache_resource(show_spinner=False, max_entries=8)
def _shown(url: str) -> Shown:
    return Shown(_store(url))


@st.cache_resource(show_spinner=False, max_entries=8)
def _right(url: str) -> Right:
    return Right(_store(url))


@st.cache_resource(show_spinner=False, max_entries=32)
def _places(url: str, name: str, version: int, workload: str) -> dict[Ground, str]:
    del url, name, version
    return grounds(columns(workload))


@st.cache_resource(show_spinner=False, max_entries=256)
def _drawn(what: str, _draw: Callable[[], Any]) -> Any:
    del what  # it only names what is drawn
    return _draw()


# Few, since each may hold 100,000 points.
@st.cache_resource(show_spinner=False, max_entries=12)
def _selection(
    url: str,
    name: str,
    version: int,
    named: tuple[str, ...],
    ground: tuple[str | int, ...],
    listed: tuple[list[str], list[int], list[int]],
) -> Selection:
    del url, name, version
    methods, weights, activations = map(frozenset, listed)
    others = {other: columns(other) for other in named[1:]}
    filters = Filters(methods, weights, activations)
    return select(columns(named[0]), others, Ground(*ground), filters)


# Resources are shared, not copied: measurements are frozen.
@st.cache_resource(show_spinner=False, max_entries=256)
def _measurement(
    url: str, name: str, version: int, identity: str, timed: tuple[int, int]
) -> Measurement | None:
    del name, version
    return _store(url).measurement(identity, timed)


# Answers to tens of thousands of pictures take megabytes.
@st.cache_resource(show_spinner=False, max_entries=16)
def _sides(
    url: str, name: str, version: int, identities: tuple[str, ...], timed: tuple[int, int]
) -> tuple[Side, ...]:
    del name, version
    held = _store(url)
    either = [held.measurement(one, timed) or held.measurement(one) for one in identities]
    found = [one for one in either if one is not None]
    return columns_of(found, lambda one: held.predictions(one.id, (one.batch, one.threads)), _truth)


@st.cache_resource(show_spinner=False, max_entries=24)
def _samples(url: str, name: str, version: int, identity: tuple[str, int, int]) -> Samples | None:
    del name, version
    point, *timed = identity
    measured = _store(url).measurement(point, (timed[0], timed[1]))
    content = _store(url).predictions(point, (timed[0], timed[1]))
    if measured is None or content is None:
        return None
    try:
        return Samples.read(content, measured.n)
    except StoreError:  # the page says that it was not kept
        return None


def _truth(point: Measurement) -> Integers | None:
    found = gallery(point.workload, point.data_id)
    return None if found is None else found.labels


# Pictures may come to this machine while the app runs.
@st.cache_resource(show_spinner=False, max_entries=16, ttl=60)
def _gallery(home: str, workload: str, data_id: str) -> Gallery | None:
    return pictures_of(named(workload), data_id, Path(home))


@st.cache_resource(show_spinner=False, max_entries=64)
def _references(url: str, name: str, version: int, workload: str) -> tuple[Reference, ...]:
    del name, version
    return tuple(_store(url).references(workload))


@st.cache_resource(show_spinner=False, max_entries=64)
def _explained(url: str, name: str, version: int, identity: str) -> Found | None:
    del name, version
    point = _store(url).measurement(identity)
    return None if point is None else found(_store(url), point)


@st.cache_resource(show_spinner=False, max_entries=16)
def _sensitivity(url: str, name: str, version: int, workload: str) -> Sensitivity | None:
    del name, version
    kept = _store(url)
    # What methods that learn start from, as `allocate` takes it.
    return kept.sensitivity(workload, method="mse") or kept.sensitivity(workload)


@st.cache_resource(show_spinner=False, max_entries=16)
def _histograms(url: str, key: str) -> Mapping[str, Histograms]:
    packed = _store(url).histograms(key)
    return {one.layer: one for one in unpack(packed)} if packed else {}


@st.cache_resource(show_spinner=False, max_entries=64)
def _history(url: str, name: str, version: int, key: str) -> tuple[Measurement, ...]:
    del name, version
    return tuple(_store(url).history(key))
