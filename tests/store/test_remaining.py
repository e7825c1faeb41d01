"""Time left while rounding learns: the layers say it, and what follows comes on top."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from quant.jobs.requests import SweepRequest, SweepStatus, Task, TaskStatus
from quant.recipe import Recipe
from quant.store import open_store, story
from quant.store.engine import connect, parse
from quant.store.sql import SqlStore
from tests.pages.samples import measurement

FP32, W8, LEARNED, AGAIN = Recipe.fp32(), Recipe(8, 8), Recipe(4, 8, "gptq"), Recipe(3, 8, "gptq")
LAYER = "gptq: layer 12 of 50, about 40 s left"
LEASE = 3600


class Clock:
    """Steps take what the test says."""

    now = 1000.0


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[SqlStore]:
    url = f"sqlite:///{tmp_path / 'bitfront.db'}"
    open_store(url).close()
    engine = connect(parse(url), read_only=False)
    with SqlStore(engine, url, read_only=False, clock=lambda: clock.now) as opened:
        yield opened


def begin(store: SqlStore) -> Task:
    task = store.claim("me", LEASE)
    assert task is not None
    return task


def run(store: SqlStore, clock: Clock, *steps: tuple[str, float], learning: float = 0.1) -> None:
    task = begin(store)
    for step, seconds in steps:
        store.renew(task, LEASE, 0.5, step)
        clock.now += seconds
    store.finish(task, replace(measurement(task.recipe), quantize_seconds=learning), None)


def status(store: SqlStore) -> tuple[SweepStatus, TaskStatus]:
    (sweep,) = store.open_sweeps()
    return sweep, next(task for task in store.tasks(sweep.id) if task.state == "running")


def test_layers_are_one_step_of_the_timeline() -> None:
    first = story.begun("[]", "Calibrating", 1.0)
    second = story.begun(first, "gptq: layer 1 of 50", 2.0)
    assert story.begun(second, LAYER, 3.0) == second
    assert story.durations(second, 12.0) == [("Calibrating", 1.0), ("gptq", 10.0)]


def test_timelines_of_before_are_read_as_one_step_too() -> None:
    kept = (
        '[["gptq: layer 1 of 2", 2.0], ["gptq: layer 2 of 2, about 1 s left", 5.0], ["Timing", 9]]'
    )
    assert story.durations(kept, 10.0) == [("gptq", 7.0), ("Timing", 1.0)]


@pytest.mark.parametrize(
    ("step", "seconds"),
    [(LAYER, 40), ("gptq: layer 2 of 9, about 3 min left", 180), ("gptq: layer 1 of 9", None)],
)
def test_a_step_that_says_its_time_is_believed(step: str, seconds: float | None) -> None:
    assert story.said_left(step) == seconds


def test_a_first_point_of_a_method_adds_what_follows_others(store: SqlStore, clock: Clock) -> None:
    store.submit(SweepRequest("fashion-resnet", (W8, LEARNED)))
    for _ in range(2):
        run(store, clock, ("Rounding", 1), ("Running", 3), ("Timing", 2))
    task = begin(store)
    store.renew(task, LEASE, 0.1, "Rounding")
    store.renew(task, LEASE, 0.2, LAYER)
    sweep, running = status(store)
    assert running.step_seconds_left == 40
    assert running.seconds_left == pytest.approx(45)
    assert sweep.seconds_left == pytest.approx(45)
    assert sweep.step == "w4a8·gptq: layer 12 of 50, about 40 s left"


def test_before_its_layers_tell_a_first_point_is_guessed_with_its_learning(
    store: SqlStore, clock: Clock
) -> None:
    store.submit(SweepRequest("fashion-resnet", (W8, Recipe(4, 8, "adaround"), LEARNED)))
    for _ in range(2):
        run(store, clock, ("Rounding", 1), ("Running", 3), ("Timing", 2))
    run(store, clock, ("Rounding", 1), ("adaround", 120), ("Timing", 2), learning=120)
    task = begin(store)
    store.renew(task, LEASE, 0.0, "Rounding")
    _, running = status(store)
    assert running.seconds_left is not None
    assert running.seconds_left > 6


def test_waiting_points_of_a_method_take_its_time(store: SqlStore, clock: Clock) -> None:
    store.submit(SweepRequest("fashion-resnet", (W8, LEARNED)))
    for _ in range(2):
        run(store, clock, ("Timing", 5))
    run(store, clock, ("gptq", 100), ("Timing", 5), learning=100)
    store.submit(SweepRequest("fashion-resnet", (AGAIN,)))
    (sweep,) = store.open_sweeps()
    assert sweep.seconds_left == pytest.approx(5 + 105)
