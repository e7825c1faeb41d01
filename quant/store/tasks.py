"""Tasks: claimed under a lease by one attempt at a time, renewed, ended.

Every change names the attempt's fence, so an attempt that lost its lease changes nothing.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from quant.jobs.requests import (
    DONE,
    DONE_TO,
    FAILED,
    QUEUED,
    RUNNING,
    Task,
    Took,
)
from quant.recipe import Recipe
from quant.store import story
from quant.store.leases import FREE, expired, give_up_expired, holds
from quant.store.schema import measurement, sweep, sweep_task, task
from quant.timing import Timing

TIMING = "Timing"  # begins the steps that do


def claim(
    connection: Connection, worker: str, lease_seconds: float, chosen: str | None, now: float
) -> Task | None:
    """The next task in the queue, now running under a new fence."""
    give_up_expired(connection, now)
    row = connection.execute(in_order(task, chosen=chosen).limit(1)).first()
    if row is None:
        return None
    fence = uuid.uuid4().hex
    said = story.line(now, f"attempt {row.attempt + 1}, by {worker}")
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
            log=story.added(row.log, said),
            timeline="[]",
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
        purpose=row.purpose,
        timing=Timing(row.batch, row.threads),
    )


def in_order(*columns: Any, chosen: str | None = None) -> sa.Select[Any]:
    """What waits, next first.

    Higher priorities first. Among equals, every sweep's first points come before anybody's
    second ones, so a person with a few points need not wait for the end of a long sweep.
    """
    query = (
        sa.select(*columns)
        .select_from(task)
        .join(sweep_task, sweep_task.c.task_id == task.c.id)
        .join(sweep, sweep.c.id == sweep_task.c.sweep_id)
        .where(task.c.state == QUEUED, sweep.c.cancelled_at.is_(None))
        .order_by(sweep.c.priority.desc(), sweep_task.c.position, sweep.c.requested_at, sweep.c.id)
    )
    return query if chosen is None else query.where(sweep.c.id == chosen)


def renew(
    connection: Connection, held: Task, lease_seconds: float, fraction: float, step: str, now: float
) -> bool:
    mine = holds(held.id, held.fence)
    row = connection.execute(sa.select(task.c.step, task.c.log, task.c.timeline).where(*mine))
    found = row.first()
    if found is None:
        return False
    values: dict[str, Any] = {
        "lease_until": now + lease_seconds,
        "fraction": min(max(fraction, 0.0), 1.0),
    }
    step = story.plain(step)
    if step != found.step:
        values |= {
            "step": step,
            "log": story.added(found.log, story.line(now, step)),
            "timeline": story.begun(found.timeline, step, now),
        }
    return bool(connection.execute(sa.update(task).where(*mine).values(values)).rowcount)


def note(connection: Connection, held: Task, text: str) -> None:
    """Add to a task's log, if the attempt still holds it."""
    mine = holds(held.id, held.fence)
    log = connection.execute(sa.select(task.c.log).where(*mine)).scalar()
    if log is not None:
        connection.execute(sa.update(task).where(*mine).values(log=story.added(log, text)))


def done(
    connection: Connection, held: Task, now: float, measurement: int | None, reused: bool
) -> bool:
    """Close a task if the attempt still holds it."""
    said = "known already" if reused else DONE_TO[held.purpose]
    note(connection, held, story.line(now, said))
    values = {"state": DONE, "fraction": 1.0, "measurement_id": measurement, "reused": reused}
    return _end(connection, held, now, values)


def fail(
    connection: Connection, held: Task, now: float, sentence: str, *, trace: str, broke: bool
) -> None:
    """Close a task with the reason if the attempt still holds it."""
    note(connection, held, story.line(now, sentence) + trace)
    values = {"state": FAILED, "sentence": story.plain(sentence), "broke": broke}
    _end(connection, held, now, values)


def _end(connection: Connection, held: Task, now: float, values: dict[str, Any]) -> bool:
    ended = sa.update(task).where(*holds(held.id, held.fence))
    return bool(connection.execute(ended.values(**FREE, finished_at=now, **values)).rowcount)


def log(connection: Connection, number: int) -> str:
    return str(connection.execute(sa.select(task.c.log).where(task.c.id == number)).scalar() or "")


def any_waiting(connection: Connection, now: float) -> bool:
    query = sa.select(task.c.id).where(sa.or_(task.c.state == QUEUED, expired(now))).limit(1)
    return connection.execute(query).first() is not None


def count_waiting(connection: Connection) -> int:
    query = sa.select(sa.func.count()).select_from(task).where(task.c.state == QUEUED)
    return int(connection.execute(query).scalar_one())


def newest_done(connection: Connection, workload: str, limit: int) -> list[Any]:
    """Recipe, timeline, times and pictures of what was measured last, newest first.

    A clock that was set back in between tells no time, nor does a file that was only timed again.
    """
    columns = (task.c.recipe, task.c.timeline, task.c.started_at, task.c.finished_at)
    query = (
        sa.select(*columns, measurement.c.n, measurement.c.payload)
        .join(measurement, measurement.c.id == task.c.measurement_id)
        .where(task.c.workload == workload, task.c.state == DONE, task.c.reused.is_(False))
        .where(task.c.finished_at >= task.c.started_at)
        .order_by(task.c.finished_at.desc())
        .limit(limit)
    )
    found = connection.execute(query)
    return [row for row in found if not json.loads(row.payload).get("rest_measured_at")]


def purpose_seconds(connection: Connection, workload: str, purpose: str) -> float | None:
    """How long the newest task of a workload took that was for this."""
    query = (
        sa.select(task.c.finished_at - task.c.started_at)
        .where(task.c.workload == workload, task.c.state == DONE, task.c.purpose == purpose)
        .where(task.c.finished_at >= task.c.started_at)
        .order_by(task.c.finished_at.desc())
        .limit(1)
    )
    found = connection.execute(query).scalar()
    return None if found is None else float(found)


def took(rows: Iterable[Any]) -> list[Took]:
    """What `newest_done` found, as values."""
    return [
        Took(
            Recipe.from_json(row.recipe),
            float(row.finished_at - row.started_at),
            row.n,
            float(json.loads(row.payload)["quantize_seconds"] or 0.0),
            sum(seconds for step, seconds in _steps(row) if step.startswith(TIMING)),
        )
        for row in rows
    ]


def _steps(row: Any) -> story.Timeline:
    return story.durations(row.timeline, row.finished_at)
