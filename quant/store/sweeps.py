"""Sweeps: queued, cancelled, and how far they are."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from quant.jobs.requests import CANCELLED, QUEUED, RUNNING, SweepRequest, task_request_id
from quant.recipe import Recipe
from quant.store.schema import measurement, sweep, sweep_task, task


def submit(connection: Connection, request: SweepRequest, now: float) -> str:
    """A sweep and its tasks; tasks equal to one that waits or runs are shared."""
    identity = uuid.uuid4().hex[:12]
    connection.execute(
        sa.insert(sweep).values(
            id=identity,
            workload=request.workload,
            requested_at=now,
            requested_by=request.requested_by,
        )
    )
    for position, recipe in enumerate(request.recipes):
        asked = task_request_id(request, recipe)
        number = _open_task(connection, asked) or _new_task(connection, request, recipe, asked)
        connection.execute(
            sa.insert(sweep_task).values(sweep_id=identity, task_id=number, position=position)
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


def _new_task(connection: Connection, request: SweepRequest, recipe: Recipe, asked: str) -> int:
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


def one(connection: Connection, identity: str) -> list[Any]:
    return list(connection.execute(sa.select(sweep).where(sweep.c.id == identity)))


def tasks_of(connection: Connection, identities: Sequence[str]) -> dict[str, list[Any]]:
    """Task rows of each sweep, in the order asked for."""
    query = (
        sa.select(sweep_task.c.sweep_id, task)
        .join(task, task.c.id == sweep_task.c.task_id)
        .where(sweep_task.c.sweep_id.in_(identities))
        .order_by(sweep_task.c.sweep_id, sweep_task.c.position)
    )
    found: dict[str, list[Any]] = {identity: [] for identity in identities}
    for row in connection.execute(query):
        found[row.sweep_id].append(row)
    return found
