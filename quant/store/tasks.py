"""Tasks: claimed under a lease by one attempt at a time, renewed, ended.

Every change names the attempt's fence, so an attempt that lost its lease changes nothing.
"""

from __future__ import annotations

import uuid
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from quant.jobs.requests import DONE, FAILED, QUEUED, RUNNING, Task
from quant.recipe import Recipe
from quant.store.schema import sweep, sweep_task, task

MOST_ATTEMPTS = 3
_FREE: dict[str, Any] = {"fence": None, "worker": None, "lease_until": None, "step": ""}


def claim(
    connection: Connection, worker: str, lease_seconds: float, chosen: str | None, now: float
) -> Task | None:
    """The next task in the order of asking, now running under a new fence."""
    give_up_expired(connection, now)
    row = connection.execute(_next(chosen)).first()
    if row is None:
        return None
    fence = uuid.uuid4().hex
    connection.execute(
        sa.update(task)
        .where(task.c.id == row.id)
        .values(
            state=RUNNING,
            attempt=row.attempt + 1,
            fence=fence,
            worker=worker,
            lease_until=now + lease_seconds,
            started_at=now,
            step="starting",
            fraction=0.0,
        )
    )
    return Task(
        id=row.id,
        workload=row.workload,
        recipe=Recipe.from_json(row.recipe),
        data=row.data,
        data_labels=row.data_labels,
        images=row.images,
        runtime=row.runtime,
        fresh=row.fresh,
        attempt=row.attempt + 1,
        fence=fence,
        worker=worker,
    )


def _next(chosen: str | None) -> sa.Select[Any]:
    query = (
        sa.select(task)
        .join(sweep_task, sweep_task.c.task_id == task.c.id)
        .join(sweep, sweep.c.id == sweep_task.c.sweep_id)
        .where(task.c.state == QUEUED, sweep.c.cancelled_at.is_(None))
        .order_by(sweep.c.requested_at, sweep.c.id, sweep_task.c.position)
        .limit(1)
    )
    return query if chosen is None else query.where(sweep.c.id == chosen)


def expired(now: float) -> sa.ColumnElement[bool]:
    return sa.and_(task.c.state == RUNNING, task.c.lease_until < now)


def give_up_expired(connection: Connection, now: float) -> None:
    """Attempts that fell silent: queued again, or failed after the last."""
    query = sa.select(task.c.id, task.c.fence, task.c.attempt).where(expired(now))
    for row in connection.execute(query).all():
        give_back(
            connection, row.id, row.fence, row.attempt, "its worker fell silent", now, counted=True
        )


def workers(connection: Connection) -> list[str]:
    query = sa.select(task.c.worker).where(task.c.state == RUNNING).distinct()
    return [str(name) for name in connection.execute(query).scalars()]


def abandon(connection: Connection, worker: str, now: float) -> None:
    held = sa.and_(task.c.state == RUNNING, task.c.worker == worker)
    query = sa.select(task.c.id, task.c.fence, task.c.attempt).where(held)
    for row in connection.execute(query).all():
        give_back(connection, row.id, row.fence, row.attempt, "", now, counted=False)


def give_back(
    connection: Connection,
    number: int,
    fence: str,
    attempt: int,
    sentence: str,
    now: float,
    *,
    counted: bool,
) -> None:
    """Queue a task again; after the last attempt, end it with the reason."""
    values: dict[str, Any]
    if counted and attempt >= MOST_ATTEMPTS:
        said = f"{sentence}, {attempt} times in a row; measure it again once the cause is gone"
        values = {"state": FAILED, "sentence": said, "finished_at": now}
    else:
        values = {"state": QUEUED, "attempt": attempt if counted else attempt - 1, "fraction": 0.0}
    held = sa.update(task).where(*_holds(number, fence))
    connection.execute(held.values(**_FREE, **values))


def renew(connection: Connection, held: Task, until: float, fraction: float, step: str) -> bool:
    values = {"lease_until": until, "fraction": min(max(fraction, 0.0), 1.0), "step": step}
    changed = connection.execute(sa.update(task).where(*_holds(held.id, held.fence)).values(values))
    return bool(changed.rowcount)


def end(connection: Connection, held: Task, now: float, **values: Any) -> bool:
    """Close a task if the attempt still holds it."""
    done = sa.update(task).where(*_holds(held.id, held.fence))
    return bool(connection.execute(done.values(**_FREE, finished_at=now, **values)).rowcount)


def done(connection: Connection, held: Task, now: float, measurement: int, reused: bool) -> bool:
    return end(
        connection,
        held,
        now,
        state=DONE,
        fraction=1.0,
        measurement_id=measurement,
        reused=reused,
    )


def holds(connection: Connection, held: Task) -> bool:
    query = sa.select(task.c.id).where(*_holds(held.id, held.fence))
    return connection.execute(query).first() is not None


def any_waiting(connection: Connection, now: float) -> bool:
    query = sa.select(task.c.id).where(sa.or_(task.c.state == QUEUED, expired(now))).limit(1)
    return connection.execute(query).first() is not None


def durations(connection: Connection, workload: str, limit: int) -> list[float]:
    query = (
        sa.select(task.c.finished_at - task.c.started_at)
        .where(task.c.workload == workload, task.c.state == DONE, task.c.reused.is_(False))
        .order_by(task.c.finished_at.desc())
        .limit(limit)
    )
    return [float(seconds) for seconds in connection.execute(query).scalars()]


def _holds(number: int, fence: str) -> tuple[sa.ColumnElement[bool], ...]:
    return task.c.id == number, task.c.state == RUNNING, task.c.fence == fence
