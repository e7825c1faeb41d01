"""Ask for a sweep, and see to it that somebody runs it. Loads no network; pages use it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import quant
from models import imagenette
from models.listing import listing
from models.workload import ACCURACY, WORKLOADS, Workload, workload
from quant.errors import DataError, RequestError, StoreError
from quant.jobs.requests import EXPLAIN, LATER, SENSITIVITY, SweepRequest
from quant.recipe import Recipe
from quant.runtimes import USUAL
from quant.runtimes import checked as checked_runtime
from quant.settings import settings, usable_processors
from quant.shelf import shelf
from quant.store import Store
from quant.timing import Timing
from quant.typed import typed

FIRST_RECIPES = (
    Recipe.fp32(),
    Recipe(8, 8),
    Recipe(4, 8, method="mse"),
    Recipe(2, 8, method="mse"),
    Recipe(6, 8, method="mse"),
    Recipe(4, 4, method="mse", ranges="mse"),
    Recipe(3, 8, method="mse"),
    Recipe(8, 8, method="mse"),
    Recipe(5, 8, method="mse"),
    Recipe(7, 8, method="mse"),
    Recipe(6, 6, method="mse"),
    Recipe(4, 6, method="mse"),
    Recipe(4, 8),
    Recipe(16, 32),
)
_MOST_LOG_BYTES = 5_000_000
_started: list[subprocess.Popen[bytes]] = []


def submit(store: Store, request: SweepRequest) -> str:
    """Queue a sweep; its id. Somebody must run it: see `ensure_dispatcher`.

    Raises:
        BitfrontError: what was asked for cannot be measured, in a sentence.
    """
    asked = checked(request)
    if asked.purpose != SENSITIVITY:  # which writes no files
        _refuse_growth(store, asked)
    return store.submit(asked, settings().queue)


def _refuse_growth(store: Store, request: SweepRequest) -> None:
    """Where no more files may be written, only what has its file may be asked for."""
    place = shelf()
    if place.is_full:
        known = store.points(request.workload)
        filed = {point.recipe for point in known if place.find(point.artifact)}
        if request.fresh or not filed.issuperset(request.recipes):
            place.refuse_when_full()


def checked(request: SweepRequest) -> SweepRequest:
    """The request with its paths made absolute, as another process will read them.

    Raises:
        UnknownWorkload, DataError, RequestError: it cannot be measured.
    """
    chosen = workload(request.workload)
    checked_runtime(request.runtime)
    if request.purpose == EXPLAIN and request.runtime != USUAL:
        raise RequestError(
            f"points are taken apart in {USUAL} alone, and {request.runtime} was asked for; "
            f"explain the same recipe with --runtime {USUAL}"
        )
    if chosen.needs_data and request.data is None:
        raise DataError(f"{chosen.name} needs {chosen.needs_data}, or --data {imagenette.NAME}")
    if request.data == imagenette.NAME and request.data_labels is not None:
        raise DataError(f"{imagenette.NAME} has labels of its own; leave --data-labels out")
    if request.data == imagenette.NAME and not chosen.needs_data:
        raise DataError(f"{chosen.name} comes with its pictures; leave --data out")
    if request.data_labels is not None and request.data is None:
        raise DataError(
            f"labels {request.data_labels!r} were given without pictures; add --data DIR"
        )
    for timing in request.timings:
        _refuse_more_threads(timing)
    if request.data == imagenette.NAME:  # fetched with the first point, if it is not here yet
        return replace(request, workload=chosen.name)
    data = _existing(request.data, "folder of pictures", Path.is_dir)
    labels = _existing(request.data_labels, "file of labels", Path.is_file)
    if chosen.needs_data and data is not None:
        # Once, before each of the recipes would find the same fault.
        csv = Path(labels) if labels else None
        listing(Path(data), csv, chosen.classes, labelled=chosen.metric == ACCURACY)
    return replace(request, workload=chosen.name, data=data, data_labels=labels)


def _refuse_more_threads(timing: Timing) -> None:
    """More threads than processors would wait for each other: a latency that nobody wants."""
    processors = usable_processors()
    if timing.threads > processors:
        raise RequestError(
            f"{timing.threads} threads were asked for and this machine has {processors} "
            f"processors; ask for at most {processors}"
        )


def _existing(given: str | None, what: str, is_there: Callable[[Path], bool]) -> str | None:
    if given is None:
        return None
    path = typed(given, f"the {what}", DataError)
    if not is_there(path):
        raise DataError(f"there is no {what} {given}; check the path")
    return str(path)


def first_workload() -> Workload | None:
    """The first one that ships whole, with weights and pictures."""
    return next((chosen for chosen in WORKLOADS if chosen.embedded), None)


def first_sweep(store: Store) -> str | None:
    """On a fresh store, queue the first sweep of the first workload that ships whole."""
    if store.read_only or not settings().first_sweep:
        return None
    ready = first_workload()
    if ready is None or store.sweeps(1, ready.name):
        return None
    request = SweepRequest(ready.name, FIRST_RECIPES, requested_by="first start", priority=LATER)
    return store.submit_first(request)


def dispatcher_lock(home: Path) -> Path:
    """Held by the dispatcher for as long as it lives."""
    return home / "dispatcher.lock"


def ensure_dispatcher() -> bool:
    """Start the dispatcher unless one lives; whether this call started it.

    Raises:
        StoreError: its log cannot be written.
    """
    home = settings().home
    _started[:] = [process for process in _started if process.poll() is None]
    try:
        if _is_held(dispatcher_lock(home)):
            return False
        _started.append(_start(home))
    except OSError as exc:
        raise StoreError(
            f"nothing can be measured with the home folder {home} ({exc.strerror}); "
            "set BITFRONT_HOME to a folder that you may write to"
        ) from exc
    return True


def _is_held(path: Path) -> bool:
    from filelock import FileLock, Timeout

    try:
        with FileLock(path).acquire(timeout=0):
            return False
    except Timeout:
        return True


def _start(home: Path) -> subprocess.Popen[bytes]:
    folder = home / "logs"
    folder.mkdir(exist_ok=True)
    path = folder / "dispatcher.log"
    if path.exists() and path.stat().st_size > _MOST_LOG_BYTES:
        path.replace(path.with_suffix(".log.1"))
    with path.open("ab") as written:
        # Its own session: it outlives the page's server and does not hear its Ctrl-C.
        return subprocess.Popen(
            [sys.executable, "-m", "quant.jobs"],
            cwd=Path(quant.__file__).parent.parent,
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=written,
            start_new_session=True,
        )
