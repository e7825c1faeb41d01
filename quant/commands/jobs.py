"""`jobs`: what runs, what waits and what became of it; cancel, retry, read a log."""

from __future__ import annotations

import time
from dataclasses import asdict

from quant.commands.show import aligned, json_line
from quant.errors import RequestError
from quant.explain import duration
from quant.jobs.requests import FAILED, SOONER, SweepStatus, TaskStatus
from quant.jobs.submit import ensure_dispatcher
from quant.store import Store, open_store

SHOWN = 20
_HEADINGS = ("sweep", "workload", "state", "points", "left", "asked for by", "at (UTC)", "now")


def run(
    cancel: str | None, retry: str | None, first: str | None, log: str | None, *, as_json: bool
) -> None:
    """Do what is asked, or list the newest sweeps.

    Raises:
        RequestError: there is no sweep of that id, or nothing in it to retry.
    """
    with open_store() as store:
        if cancel is not None:
            store.cancel(_known(store, cancel).id)
        if retry is not None:
            if not store.retry(_known(store, retry).id):
                raise RequestError(f"nothing of sweep {retry} failed or was cancelled")
            ensure_dispatcher()
        if first is not None:
            store.prioritise(_known(store, first).id, SOONER)
        if log is not None:
            _tell(store, _known(store, log).id)
        else:
            _list(store, as_json=as_json)


def _known(store: Store, sweep: str) -> SweepStatus:
    found = store.sweep(sweep)
    if found is None:
        raise RequestError(f"there is no sweep {sweep!r}; `jobs` lists them")
    return found


def _list(store: Store, *, as_json: bool) -> None:
    sweeps = {sweep.id: sweep for sweep in (*store.open_sweeps(), *store.sweeps(SHOWN))}
    if as_json:
        for sweep in sweeps.values():
            print(json_line(asdict(sweep) | {"tasks": [_row(t) for t in store.tasks(sweep.id)]}))
    elif sweeps:
        print(aligned([_HEADINGS, *(_cells(sweep) for sweep in sweeps.values())]))
    else:
        print("Nothing was asked for yet: python -m quant sweep fashion-resnet")


def _row(task: TaskStatus) -> dict[str, object]:
    row = asdict(task)
    row |= row.pop("timing")
    return row | {"recipe": task.recipe.id, "label": task.label}


def _cells(sweep: SweepStatus) -> tuple[str, ...]:
    failed = f", {sweep.failed} failed" if sweep.failed else ""
    return (
        sweep.id,
        sweep.workload,
        sweep.state,
        f"{sweep.done} of {sweep.total}{failed}",
        "" if sweep.is_over else duration(sweep.seconds_left),
        sweep.requested_by,
        time.strftime("%Y-%m-%d %H:%M", time.gmtime(sweep.requested_at)),
        sweep.step,
    )


def _tell(store: Store, sweep: str) -> None:
    """The logs of what failed, else of all."""
    tasks = store.tasks(sweep)
    for task in [task for task in tasks if task.state == FAILED] or tasks:
        print(f"{task.label}: {task.state}")
        print("".join(f"  {line}\n" for line in store.log(task.id).splitlines()), end="")
