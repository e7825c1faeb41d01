"""One task, whatever happens to it, in a real worker process."""

from __future__ import annotations

from pathlib import Path

import pytest
from psutil import pid_exists

from quant.jobs.local import LocalExecutor
from quant.jobs.requests import DONE, FAILED, QUEUED, SweepRequest, Task, TaskStatus
from quant.jobs.work import carry_out
from quant.recipe import Recipe
from quant.store import Store
from quant.timing import Timing
from tests.jobs.waiting import until
from tests.pages.samples import said

LEASE = 3600.0
W4 = Recipe(4, 8)


def ask(store: Store, **changes: object) -> str:
    request = SweepRequest("fashion-resnet", (W4,), **changes)  # type: ignore[arg-type]
    return store.submit(request)


def run(store: Store, executor: LocalExecutor, home: Path, sweep: str) -> list[TaskStatus]:
    """Try every task once."""
    for _ in store.tasks(sweep):
        task = store.claim("me", LEASE, sweep)
        if task is not None:
            carry_out(store, executor, task, home)
    return store.tasks(sweep)


def evaluated(home: Path) -> list[str]:
    return (home / "evaluated").read_text().split()


def test_points_are_measured_by_one_warm_worker(
    store: Store, executor: LocalExecutor, home: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    sweep = ask(store)
    assert [task.state for task in run(store, executor, home, sweep)] == [DONE, DONE]
    first = executor.worker_pid
    run(store, executor, home, ask(store, fresh=True))
    assert executor.worker_pid == first
    assert [item.recipe for item in store.results(sweep)] == [Recipe.fp32(), W4]
    assert store.predictions(store.results(sweep)[0].id) == said(store.results(sweep)[0])
    assert "noise" not in capfd.readouterr().out


def test_what_is_not_here_is_fetched_first_and_told(
    store: Store, executor: LocalExecutor, home: Path
) -> None:
    (home / "absent").touch()
    sweep = ask(store)
    task = store.claim("me", LEASE, sweep)
    assert task is not None
    steps: list[str] = []
    carry_out(store, executor, task, home, lambda _task, step, _share: steps.append(step))
    assert not (home / "absent").exists()
    assert steps.index("Downloading") < steps.index("Working")


def test_what_cannot_be_fetched_is_a_sentence_of_the_point(
    store: Store, executor: LocalExecutor, home: Path
) -> None:
    (home / "unreachable").touch()
    tasks = run(store, executor, home, ask(store))
    assert [task.state for task in tasks] == [FAILED, FAILED]
    assert tasks[0].sentence == "the weights cannot be downloaded; put them there by hand"
    assert not (home / "evaluated").exists()


def test_at_another_batch_a_file_is_only_timed(
    store: Store, executor: LocalExecutor, home: Path
) -> None:
    run(store, executor, home, ask(store))
    usual = store.points()
    timings = (Timing(1), Timing(8), Timing(8, 1))
    sweep = ask(store, timings=timings)
    assert [task.state for task in run(store, executor, home, sweep)] == [DONE] * 6
    assert evaluated(home) == ["fp32", "w4a8"]
    assert (home / "timed").read_text().split() == ["fp32", "fp32", "w4a8", "w4a8"]
    found = store.results(sweep)
    assert [(one.recipe.bits, one.batch, one.threads) for one in found] == [
        (bits, *timed) for bits in ("fp32", "w4a8") for timed in ((1, 2), (8, 2), (8, 1))
    ]
    first, again = found[0], found[1]
    assert again.rest_measured_at == first.measured_at
    assert (again.accuracy, again.artifact) == (first.accuracy, first.artifact)
    assert store.predictions(again.id, (8, 2)) == store.predictions(first.id, (1, 2))
    assert [point for point in store.points() if point in usual] == usual
    run(store, executor, home, ask(store, timings=timings))
    assert (home / "timed").read_text().count("w4a8") == 2  # known now


def test_without_its_file_a_point_is_measured_whole_at_another_batch(
    store: Store, executor: LocalExecutor, home: Path
) -> None:
    for one in (run(store, executor, home, ask(store)), store.points())[1]:
        (home / one.artifact).unlink()
    run(store, executor, home, ask(store, timings=(Timing(32),)))
    assert evaluated(home) == ["fp32", "w4a8"] * 2
    assert {one.batch for one in store.points()} == {1, 32}


def test_what_was_measured_answers_without_measuring(
    store: Store, executor: LocalExecutor, home: Path
) -> None:
    run(store, executor, home, ask(store))
    again = ask(store)
    assert [task.state for task in run(store, executor, home, again)] == [DONE, DONE]
    assert evaluated(home) == ["fp32", "w4a8"]
    assert len(store.results(again)) == 2


def test_fresh_measures_again_and_appends(
    store: Store, executor: LocalExecutor, home: Path
) -> None:
    run(store, executor, home, ask(store))
    run(store, executor, home, ask(store, fresh=True))
    assert evaluated(home) == ["fp32", "w4a8"] * 2
    assert len(store.history(store.points()[0].key)) == 2


def test_more_pictures_measure_again(store: Store, executor: LocalExecutor, home: Path) -> None:
    run(store, executor, home, ask(store, images=10))
    run(store, executor, home, ask(store, images=5))
    run(store, executor, home, ask(store))
    assert evaluated(home) == ["fp32", "w4a8"] * 2


def test_a_point_without_its_file_is_measured_again(
    store: Store, executor: LocalExecutor, home: Path
) -> None:
    sweep = ask(store)
    run(store, executor, home, sweep)
    (home / store.results(sweep)[1].artifact).unlink()
    run(store, executor, home, ask(store))
    assert evaluated(home) == ["fp32", "w4a8", "w4a8"]


def test_a_sentence_of_the_engine_is_the_tasks(
    store: Store, executor: LocalExecutor, home: Path
) -> None:
    (home / "refuse-w4a8").touch()
    failed = run(store, executor, home, ask(store))[1]
    assert (failed.state, failed.sentence) == (FAILED, "there are no pictures; add some")
    assert not failed.broke


def test_a_bug_leaves_its_traceback_and_the_worker(
    store: Store, executor: LocalExecutor, home: Path
) -> None:
    (home / "bug-fp32").touch()
    failed, done = run(store, executor, home, ask(store))
    assert failed.state == FAILED
    assert "ZeroDivisionError" in failed.sentence
    assert failed.broke
    assert "Traceback" in store.log(failed.id)
    assert done.state == DONE


def test_a_dead_worker_is_replaced_and_its_task_tried_again(
    store: Store, executor: LocalExecutor, home: Path
) -> None:
    (home / "die-fp32").touch()
    sweep = ask(store)
    task = store.claim("me", LEASE, sweep)
    assert task is not None
    carry_out(store, executor, task, home)
    assert store.tasks(sweep)[0].state == QUEUED
    (home / "die-fp32").unlink()
    assert [task.state for task in run(store, executor, home, sweep)] == [DONE, DONE]


def test_a_task_that_kills_every_worker_fails_in_words(
    store: Store, executor: LocalExecutor, home: Path
) -> None:
    (home / "die-fp32").touch()
    sweep = ask(store)
    while (task := store.claim("me", LEASE, sweep)) is not None:
        carry_out(store, executor, task, home)
    failed, done = store.tasks(sweep)
    assert failed.state == FAILED
    assert "signal 9" in failed.sentence
    assert "3 times in a row" in failed.sentence
    assert done.state == DONE


def test_cancelling_ends_the_process_that_measures(
    store: Store, executor: LocalExecutor, home: Path
) -> None:
    (home / "hold-fp32").touch()
    sweep = ask(store)
    pids = []

    def tell(_task: Task, step: str, _fraction: float) -> None:
        if step == "Holding" and not pids:
            pids.append(executor.worker_pid)
            store.cancel(sweep)

    task = store.claim("me", LEASE, sweep)
    assert task is not None
    carry_out(store, executor, task, home, tell)
    until(lambda: not pid_exists(pids[0] or 0))
    assert store.points() == []
    assert executor.worker_pid is None
