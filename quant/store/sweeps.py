"""Sweeps: queued, cancelled, and how far they are."""

from __future__ import annotations

import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from quant.errors import RequestError
from quant.jobs.requests import (
    CANCELLED,
    DONE,
    FAILED,
    QUEUED,
    RUNNING,
    SweepRequest,
    task_request_id,
)
from quant.recipe import Recipe
from quant.store.schema import measurement, sweep, sweep_task, task
from quant.store.tasks import count_waiting
from quant.timing import Timing


def submit(
    connection: Connection, request: SweepRequest, now: float, most_waiting: int | None = None
) -> str:
    """A sweep and its tasks; tasks equal to one that waits or runs are shared.

    Raises:
        RequestError: more than `most_waiting` tasks would wait.
    """
    identity = uuid.uuid4().hex[:12]
    connection.execute(
        sa.insert(sweep).values(
            id=identity,
            workload=request.workload,
            requested_at=now,
            requested_by=request.requested_by,
            priority=request.priority,
            purpose=request.purpose,
        )
    )
    for position, (recipe, timing) in enumerate(request.points):
        asked = task_request_id(request, recipe, timing)
        number = _open_task(connection, asked)
        if number is None:
            number = _new_task(connection, request, recipe, timing, asked)
        connection.execute(
            sa.insert(sweep_task).values(sweep_id=identity, task_id=number, position=position)
        )
    waiting = count_waiting(connection)
    if most_waiting is not None and waiting > most_waiting:
        raise RequestError(
            f"{waiting:,} points would wait to be measured; the most is {most_waiting:,} "
            "(BITFRONT_QUEUE): let some finish, cancel a sweep, or ask for fewer"
        )
    return identity


def is_untouched(connection: Connection, workload: str) -> bool:
    """Neither a measurement nor a sweep of that workload."""
    for column in (measurement.c.workload, sweep.c.workload):
        if connection.execute(sa.select(column).where(column == workload).limit(1)).first():
            return False
    return True


def _open_task(connection: Connection, asked: str) -> int | None:
    query = sa.select(task.c.id).where(
        task.c.state.in_((QUEUED, RUNNING)), task.c.request_id == asked
    )
    found = connection.execute(query).scalar()
    return None if found is None else int(found)


def _new_task(
    connection: Connection, request: SweepRequest, recipe: Recipe, timing: Timing, asked: str
) -> int:
    row = connection.execute(
        sa.insert(task).values(
            request_id=asked,
            workload=request.workload,
            recipe=recipe.canonical,
            data=request.data,
            data_labels=request.data_labels,
            images=request.images,
            runtime=request.runtime,
            fresh=request.fresh,
            state=QUEUED,
            attempt=0,
            step="",
            fraction=0.0,
            reused=False,
            sentence="",
            log="",
            purpose=request.purpose,
            batch=timing.batch,
            threads=timing.threads,
        )
    ).inserted_primary_key
    if row is None:
        raise RuntimeError("the database gave no number to a new task")
    return int(row[0])


def cancel(connection: Connection, identity: str, now: float) -> None:
    """Mark the sweep, and stop what no other sweep waits for."""
    mine = sa.select(sweep_task.c.task_id).where(sweep_task.c.sweep_id == identity)
    unfinished = sa.exists().where(task.c.id.in_(mine), task.c.state.in_((QUEUED, RUNNING)))
    marked = connection.execute(
        sa.update(sweep)
        .where(sweep.c.id == identity, sweep.c.cancelled_at.is_(None), unfinished)
        .values(cancelled_at=now)
    )
    if not marked.rowcount:
        return
    connection.execute(
        sa.update(task)
        .where(
            task.c.id.in_(mine),
            task.c.state.in_((QUEUED, RUNNING)),
            task.c.id.not_in(_wanted()),
        )
        .values(state=CANCELLED, fence=None, lease_until=None, finished_at=now, step="")
    )


def _wanted() -> sa.Select[Any]:
    return (
        sa.select(sweep_task.c.task_id)
        .join(sweep, sweep.c.id == sweep_task.c.sweep_id)
        .where(sweep.c.cancelled_at.is_(None))
    )


def newest(connection: Connection, limit: int, workload: str | None) -> list[Any]:
    query = sa.select(sweep).order_by(sweep.c.requested_at.desc(), sweep.c.id).limit(limit)
    if workload is not None:
        query = query.where(sweep.c.workload == workload)
    return list(connection.execute(query))


def open_ones(connection: Connection) -> list[Any]:
    """Sweeps not cancelled that have a task which runs or waits, oldest first."""
    live = (
        sa.select(sweep_task.c.sweep_id)
        .join(task, task.c.id == sweep_task.c.task_id)
        .where(task.c.state.in_((QUEUED, RUNNING)))
    )
    query = sa.select(sweep).where(sweep.c.cancelled_at.is_(None), sweep.c.id.in_(live))
    return list(connection.execute(query.order_by(sweep.c.requested_at, sweep.c.id)))


def one(connection: Connection, identity: str) -> list[Any]:
    return list(connection.execute(sa.select(sweep).where(sweep.c.id == identity)))


def prioritise(connection: Connection, identity: str, priority: int) -> None:
    connection.execute(sa.update(sweep).where(sweep.c.id == identity).values(priority=priority))


def retry(connection: Connection, identity: str) -> int:
    """Queue again what failed or was cancelled; how many that is. What is done stays done.

    Of a cancelled sweep, what went on for other sweeps is waited for again, and counts.
    """
    reopened = connection.execute(
        sa.update(sweep)
        .where(sweep.c.id == identity, sweep.c.cancelled_at.is_not(None))
        .values(cancelled_at=None)
    ).rowcount
    mine = (
        sa.select(task.c.id, task.c.request_id, task.c.state)
        .join(sweep_task, sweep_task.c.task_id == task.c.id)
        .where(sweep_task.c.sweep_id == identity, task.c.state != DONE)
        .order_by(sweep_task.c.position)
    )
    open_ones = connection.execute(mine).all()
    rows = [row for row in open_ones if row.state in (FAILED, CANCELLED)]
    for row in rows:
        running = _open_task(connection, row.request_id)
        if running is None:
            again: dict[str, Any] = {"state": QUEUED, "attempt": 0, "fraction": 0.0}
            ended: dict[str, Any] = {"finished_at": None, "sentence": "", "broke": False}
            connection.execute(sa.update(task).where(task.c.id == row.id).values(**again, **ended))
        else:
            _share(connection, identity, row.id, running)
    return len(open_ones) if reopened else len(rows)


def _share(connection: Connection, identity: str, mine: int, running: int) -> None:
    """Wait for the equal task that somebody else has asked for meanwhile."""
    link = sa.and_(sweep_task.c.sweep_id == identity, sweep_task.c.task_id == mine)
    connection.execute(sa.update(sweep_task).where(link).values(task_id=running))


def result_ids(connection: Connection, identity: str) -> list[int]:
    """Rows of what a sweep has measured or found, in the order asked for."""
    query = (
        sa.select(task.c.measurement_id)
        .join(sweep_task, sweep_task.c.task_id == task.c.id)
        .where(sweep_task.c.sweep_id == identity, task.c.state == DONE)
        .order_by(sweep_task.c.position)
    )
    return [int(number) for number in connection.execute(query).scalars() if number is not None]
