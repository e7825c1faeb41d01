"""How far sweeps are: counted by the database, so that long ones cost no more than short ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from quant.jobs.requests import (
    CANCELLED,
    DONE,
    FAILED,
    QUEUED,
    RUNNING,
    SweepStatus,
    TaskStatus,
    task_label,
)
from quant.recipe import Recipe
from quant.store import tasks
from quant.store.remaining import Remaining
from quant.store.schema import sweep_task, task
from quant.timing import Timing

MOST_MESSAGES = 50
_EYES = ("id", "recipe", "state", "step", "fraction", "attempt", "started_at", "finished_at",
         "sentence", "broke", "worker", "timeline", "workload", "purpose", "batch",
         "threads", "runtime")  # fmt: skip


@dataclass
class _Count:
    """Tasks of one sweep by state, and what of them is to be told."""

    states: dict[str, int] = field(default_factory=dict)
    running: list[Any] = field(default_factory=list)
    failed: list[Any] = field(default_factory=list)


def statuses(connection: Connection, rows: Sequence[Any], now: float) -> list[SweepStatus]:
    """How far each of these sweeps is."""
    counts = _counted(connection, [row.id for row in rows])
    open_ones = [row for row in rows if {QUEUED, RUNNING} & set(counts[row.id].states)]
    left = _ends(connection, now) if open_ones else {}
    return [_status(row, counts[row.id], left.get(row.id)) for row in rows]


def task_statuses(connection: Connection, sweep: str, now: float) -> list[TaskStatus]:
    """The tasks of one sweep in order."""
    rows = connection.execute(
        _of_sweeps([sweep], *(task.c[name] for name in _EYES)).order_by(sweep_task.c.position)
    ).all()
    known = Remaining(connection)
    return [_task_status(row, known, now) for row in rows]


def _of_sweeps(sweeps: Sequence[str], *columns: Any) -> sa.Select[Any]:
    return (
        sa.select(sweep_task.c.sweep_id, *columns)
        .join(task, task.c.id == sweep_task.c.task_id)
        .where(sweep_task.c.sweep_id.in_(sweeps))
    )


def _counted(connection: Connection, sweeps: Sequence[str]) -> dict[str, _Count]:
    found: dict[str, _Count] = defaultdict(_Count)
    query = _of_sweeps(sweeps, task.c.state, sa.func.count().label("number"))
    for row in connection.execute(query.group_by(sweep_task.c.sweep_id, task.c.state)):
        found[row.sweep_id].states[row.state] = row.number
    named = ("state", "recipe", "step", "fraction", "sentence", "batch", "threads", "runtime",
             "purpose")  # fmt: skip
    told = _of_sweeps(sweeps, *(task.c[name] for name in named))
    # What runs first: many failures of one sweep must not hide it.
    order = (task.c.state == FAILED, sweep_task.c.position)
    told = told.where(task.c.state.in_((RUNNING, FAILED))).order_by(*order)
    for row in connection.execute(told.limit(MOST_MESSAGES * max(len(sweeps), 1))):
        count = found[row.sweep_id]
        (count.running if row.state == RUNNING else count.failed).append(row)
    return found


def _status(row: Any, count: _Count, seconds_left: float | None) -> SweepStatus:
    state = _state(row.cancelled_at is not None, set(count.states))
    total = sum(count.states.values())
    over = sum(number for name, number in count.states.items() if name not in (QUEUED, RUNNING))
    share = over + sum(float(one.fraction) for one in count.running)
    running = count.running[0] if count.running and state == RUNNING else None
    return SweepStatus(
        id=row.id,
        workload=row.workload,
        requested_at=row.requested_at,
        requested_by=row.requested_by,
        state=state,
        total=total,
        done=count.states.get(DONE, 0),
        failed=count.states.get(FAILED, 0),
        step=_told(running) if running else "",
        fraction=share / total if total else 1.0,
        seconds_left=seconds_left if state in (QUEUED, RUNNING) else 0.0,
        messages=tuple(f"{_label(one)}: {one.sentence}" for one in count.failed),
        priority=row.priority,
        purpose=row.purpose,
    )


def _told(row: Any) -> str:
    """`w4a8·gptq: layer 12 of 50, about 40 s left`: the label names the method already."""
    recipe = Recipe.from_json(row.recipe)
    return f"{_label(row)}: {row.step.removeprefix(f'{recipe.method}: ')}"


def _label(row: Any) -> str:
    """As TaskStatus tells it."""
    timing = Timing(row.batch, row.threads)
    return task_label(Recipe.from_json(row.recipe), timing, row.runtime, row.purpose)


def _state(is_cancelled: bool, states: set[str]) -> str:
    if is_cancelled:
        return CANCELLED
    if states == {QUEUED}:
        return QUEUED
    if states & {QUEUED, RUNNING}:
        return RUNNING
    return FAILED if FAILED in states else DONE


def _task_status(row: Any, known: Remaining, now: float) -> TaskStatus:
    runs = row.state == RUNNING
    over = row.state in (DONE, FAILED, CANCELLED)
    timed = row.started_at is not None and row.finished_at is not None
    took = timed and row.finished_at >= row.started_at  # unless the clock was set back
    return TaskStatus(
        id=row.id,
        recipe=Recipe.from_json(row.recipe),
        state=row.state,
        step=row.step,
        fraction=1.0 if row.state == DONE else float(row.fraction),
        attempt=row.attempt,
        seconds=float(row.finished_at - row.started_at) if over and took else None,
        sentence=row.sentence,
        broke=bool(row.broke),
        worker=row.worker or "",
        seconds_left=known.left(row, now) if runs else None,
        step_seconds_left=known.step_left(row, now) if runs else None,
        purpose=row.purpose,
        timing=Timing(row.batch, row.threads),
        runtime=row.runtime,
    )


def _ends(connection: Connection, now: float) -> dict[str, float | None]:
    """Seconds until each sweep's last point should be there, by the order of the queue.

    None where a workload that it waits for was never measured.
    """
    asked = ("id", "workload", "recipe", "purpose", "batch", "threads")
    columns = (*(task.c[name] for name in asked), sweep_task.c.sweep_id)
    waiting = connection.execute(tasks.in_order(*columns)).all()
    live = (task.c.timeline, task.c.step, task.c.fraction)
    running = connection.execute(
        sa.select(*columns, *live)
        .join(sweep_task, sweep_task.c.task_id == task.c.id)
        .where(task.c.state == RUNNING)
    ).all()
    measured = Remaining(connection)
    known: dict[int, float | None] = {}
    clock: float | None = 0.0
    ends: dict[str, float | None] = {}
    for row in running:
        left = measured.left(row, now)
        known[row.id] = left
        clock = None if left is None or clock is None else max(clock, left)
    lanes = max(len(known), 1)  # who measures now goes on measuring
    for row in waiting:
        if row.id not in known:
            point = measured.seconds(row)
            clock = None if clock is None or point is None else clock + point / lanes
            known[row.id] = clock
    for row in (*running, *waiting):
        mine, so_far = known[row.id], ends.get(row.sweep_id, 0.0)
        ends[row.sweep_id] = None if mine is None or so_far is None else max(so_far, mine)
    return ends
