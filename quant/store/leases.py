"""Leases: who holds a task, and what becomes of one whose holder is gone."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from quant.jobs.requests import FAILED, MOST_ATTEMPTS, QUEUED, RUNNING
from quant.store import story
from quant.store.schema import task

GONE = "its dispatcher is gone"
MOST_ABANDONED = 10
FREE: dict[str, Any] = {"fence": None, "worker": None, "lease_until": None, "step": ""}


def holds(number: int, fence: str) -> tuple[sa.ColumnElement[bool], ...]:
    """True of a task while this attempt has it."""
    return task.c.id == number, task.c.state == RUNNING, task.c.fence == fence


def expired(now: float) -> sa.ColumnElement[bool]:
    return sa.and_(task.c.state == RUNNING, task.c.lease_until < now)


def workers(connection: Connection) -> list[str]:
    query = sa.select(task.c.worker).where(task.c.state == RUNNING).distinct()
    return [str(name) for name in connection.execute(query).scalars()]


def give_up_expired(connection: Connection, now: float) -> None:
    """Attempts that fell silent: queued again, or failed after the last."""
    for row in _rows(connection, expired(now)):
        give_back(connection, row.id, row.fence, "its worker fell silent", now)


def abandon(connection: Connection, worker: str, now: float) -> None:
    """What a process held that is gone: hardly the task's fault, so the attempt does not count,
    unless it has happened so often that the task may be what brings the process down."""
    held = sa.and_(task.c.state == RUNNING, task.c.worker == worker)
    for row in _rows(connection, held):
        often = row.log.count(GONE) >= MOST_ABANDONED
        give_back(connection, row.id, row.fence, GONE, now, counted=often)


def give_back(
    connection: Connection,
    number: int,
    fence: str,
    sentence: str,
    now: float,
    *,
    counted: bool = True,
) -> None:
    """Queue a task again; after the last attempt, end it with the reason."""
    mine = holds(number, fence)
    row = connection.execute(sa.select(task.c.attempt, task.c.log).where(*mine)).first()
    if row is None:
        return
    values: dict[str, Any]
    if counted and row.attempt >= MOST_ATTEMPTS:
        sentence = f"{sentence}, {row.attempt} times in a row; try it again once the cause is gone"
        values = {"state": FAILED, "sentence": story.plain(sentence), "finished_at": now}
    else:
        attempt = row.attempt if counted else row.attempt - 1
        values = {"state": QUEUED, "attempt": attempt, "fraction": 0.0}
    values["log"] = story.added(row.log, story.line(now, sentence))
    connection.execute(sa.update(task).where(*mine).values(**FREE, **values))


def _rows(connection: Connection, held: sa.ColumnElement[bool]) -> list[Any]:
    return list(connection.execute(sa.select(task.c.id, task.c.fence, task.c.log).where(held)))
