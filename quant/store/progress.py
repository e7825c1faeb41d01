"""From task rows to how far a sweep is."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean
from typing import Any

from quant.jobs.requests import (
    CANCELLED,
    DONE,
    FAILED,
    QUEUED,
    RUNNING,
    SweepStatus,
    TaskStatus,
)
from quant.recipe import Recipe


def sweep_status(sweep: Any, tasks: Sequence[Any], remembered: Sequence[float]) -> SweepStatus:
    """`remembered` are durations of earlier tasks, used until this sweep has its own."""
    running = next((row for row in tasks if row.state == RUNNING), None)
    shares = [_share(row) for row in tasks]
    state = _state(sweep, tasks)
    step = f"{Recipe.from_json(running.recipe).label}: {running.step}" if running else ""
    return SweepStatus(
        id=sweep.id,
        workload=sweep.workload,
        requested_at=sweep.requested_at,
        requested_by=sweep.requested_by,
        state=state,
        total=len(tasks),
        done=sum(row.state == DONE for row in tasks),
        failed=sum(row.state == FAILED for row in tasks),
        step=step if state == RUNNING else "",
        fraction=fmean(shares) if shares else 1.0,
        seconds_left=_seconds_left(state, shares, tasks, remembered),
        messages=tuple(
            f"{Recipe.from_json(row.recipe).label}: {row.sentence}"
            for row in tasks
            if row.state == FAILED
        ),
    )


def task_status(row: Any) -> TaskStatus:
    return TaskStatus(
        id=row.id,
        recipe=Recipe.from_json(row.recipe),
        state=row.state,
        step=row.step,
        fraction=_share(row),
        attempt=row.attempt,
        seconds=_seconds(row),
        sentence=row.sentence,
        log=row.log,
    )


def _state(sweep: Any, tasks: Sequence[Any]) -> str:
    states = {row.state for row in tasks}
    if sweep.cancelled_at is not None:
        return CANCELLED
    if states == {QUEUED}:
        return QUEUED
    if states & {QUEUED, RUNNING}:
        return RUNNING
    return FAILED if FAILED in states else DONE


def _share(row: Any) -> float:
    return 1.0 if row.state in (DONE, FAILED, CANCELLED) else float(row.fraction)


def _seconds(row: Any) -> float | None:
    if row.started_at is None or row.finished_at is None:
        return None
    return float(row.finished_at - row.started_at)


def _seconds_left(
    state: str, shares: Sequence[float], tasks: Sequence[Any], remembered: Sequence[float]
) -> float | None:
    if state not in (QUEUED, RUNNING):
        return 0.0
    own = [_seconds(row) for row in tasks if row.state == DONE and not row.reused]
    durations = [seconds for seconds in own if seconds is not None] or list(remembered)
    if not durations:
        return None
    return fmean(durations) * sum(1.0 - share for share in shares)
