"""Sweeps and tasks: shared, leased, fenced, cancelled."""

from __future__ import annotations

import itertools

import pytest

from quant.errors import RequestError
from quant.jobs.requests import (
    CANCELLED,
    DONE,
    FAILED,
    LATER,
    NORMAL,
    QUEUED,
    RUNNING,
    SOONER,
    LostLease,
    SweepRequest,
)
from quant.recipe import Recipe
from quant.store import Store, open_store
from quant.store.engine import connect, parse
from quant.store.sql import SqlStore
from tests.pages.samples import measurement

LEASE = 3600.0
GONE = -1.0  # a lease that has run out as it begins
W8, W4 = Recipe(8, 8), Recipe(4, 8)


def asked(*recipes: Recipe, **changes: object) -> SweepRequest:
    return SweepRequest("fashion-resnet", recipes or (W8, W4), **changes)  # type: ignore[arg-type]


def state(store: Store, sweep: str) -> str:
    status = store.sweep(sweep)
    assert status is not None
    return status.state


def test_fp32_is_always_there_and_first() -> None:
    assert asked(W8, Recipe.fp32(), W8).recipes == (Recipe.fp32(), W8)


def test_a_sweep_has_a_limit() -> None:
    many = tuple(Recipe(seed=seed) for seed in range(1000))
    with pytest.raises(RequestError, match="1,001 recipes"):
        asked(*many)


def test_a_sweep_goes_from_queued_to_done(store: Store) -> None:
    sweep = store.submit(asked(requested_by="ada"))
    assert state(store, sweep) == QUEUED
    for recipe in (Recipe.fp32(), W8, W4):
        task = store.claim("me", LEASE)
        assert task is not None
        assert task.recipe == recipe
        assert store.renew(task, LEASE, 0.5, "calibrating")
        assert state(store, sweep) == RUNNING
        store.finish(task, measurement(recipe), b"packed")
    assert store.claim("me", LEASE) is None
    status = store.sweep(sweep)
    assert status is not None
    assert (status.state, status.done, status.total) == (DONE, 3, 3)
    assert status.requested_by == "ada"
    assert [item.recipe for item in store.results(sweep)] == [Recipe.fp32(), W8, W4]
    assert len(store.points()) == 3
    assert len(store.durations("fashion-resnet")) == 3


def test_progress_is_told_in_words(store: Store) -> None:
    sweep = store.submit(asked(W4))
    task = store.claim("me", LEASE)
    assert task is not None
    store.renew(task, LEASE, 0.5, "calibrating")
    status = store.sweep(sweep)
    assert status is not None
    assert status.step == "fp32: calibrating"
    assert status.fraction == pytest.approx(0.25)


def test_equal_tasks_are_executed_once(store: Store) -> None:
    one, two = store.submit(asked()), store.submit(asked(W4, W8))
    executed = 0
    while task := store.claim("me", LEASE):
        store.finish(task, measurement(task.recipe), None)
        executed += 1
    assert executed == 3
    assert state(store, one) == state(store, two) == DONE
    assert len(store.results(one)) == len(store.results(two)) == 3


def test_fresh_tasks_are_not_shared_with_others(store: Store) -> None:
    store.submit(asked(W4))
    store.submit(asked(W4, fresh=True))
    claimed = list(itertools.takewhile(bool, (store.claim("me", LEASE) for _ in range(9))))
    assert len(claimed) == 4


def test_a_claimed_task_is_claimed_once(store: Store) -> None:
    store.submit(asked(W4))
    first, second, third = (store.claim("me", LEASE) for _ in range(3))
    assert first is not None
    assert second is not None
    assert first.id != second.id
    assert third is None


def test_claiming_can_be_limited_to_one_sweep(store: Store) -> None:
    store.submit(asked(W8))
    mine = store.submit(asked(W4, images=10))
    task = store.claim("me", LEASE, sweep=mine)
    assert task is not None
    assert task.images == 10


def test_a_lost_lease_writes_nothing(store: Store) -> None:
    store.submit(asked(W4))
    orphan = store.claim("orphan", GONE)
    assert orphan is not None
    heir = store.claim("heir", LEASE)
    assert heir is not None
    assert (heir.id, heir.attempt) == (orphan.id, 2)
    before = store.version_stamp().points
    assert not store.renew(orphan, LEASE, 0.9, "still here")
    with pytest.raises(LostLease):
        store.finish(orphan, measurement(), None)
    store.fail(orphan, "no")
    store.release(orphan, "no")
    assert store.version_stamp().points == before
    assert store.points() == []
    assert store.renew(heir, LEASE, 0.1, "mine")


def test_a_task_that_silences_three_workers_fails_in_words(store: Store) -> None:
    sweep = store.submit(asked(W4))
    for _ in range(3):
        task = store.claim("me", GONE)
        assert task is not None
        assert task.recipe.is_fp32
    task = store.claim("me", LEASE)
    assert task is not None
    assert task.recipe == W4
    status = store.sweep(sweep)
    assert status is not None
    assert status.failed == 1
    assert "3 times in a row" in status.messages[0]


def test_a_worker_that_is_gone_gives_back_what_it_held(store: Store) -> None:
    store.submit(asked(W4))
    held = store.claim("gone:1", LEASE)
    assert store.workers() == ["gone:1"]
    store.abandon("gone:1")
    assert store.workers() == []
    again = store.claim("me", LEASE)
    assert held is not None
    assert again is not None
    assert (again.id, again.attempt) == (held.id, 1)
    assert again.fence != held.fence


def test_failed_tasks_carry_their_sentence_and_log(store: Store) -> None:
    sweep = store.submit(asked(W4))
    for log in ("", "Traceback …"):
        task = store.claim("me", LEASE)
        assert task is not None
        store.fail(task, "no pictures; add some", log)
    status = store.sweep(sweep)
    assert status is not None
    assert status.state == FAILED
    assert status.messages[0] == "fp32: no pictures; add some"
    first, second = store.tasks(sweep)
    assert "no pictures" in store.log(first.id)
    assert "Traceback …" in store.log(second.id)


def test_cancelling_stops_the_running_task_and_the_waiting_ones(store: Store) -> None:
    sweep = store.submit(asked())
    task = store.claim("me", LEASE)
    assert task is not None
    store.cancel(sweep)
    assert not store.renew(task, LEASE, 0.5, "x")
    assert store.claim("me", LEASE) is None
    assert state(store, sweep) == CANCELLED


def test_cancelling_spares_what_another_sweep_waits_for(store: Store) -> None:
    one, two = store.submit(asked()), store.submit(asked(W4))
    task = store.claim("me", LEASE)
    assert task is not None
    store.cancel(one)
    assert store.renew(task, LEASE, 0.5, "x")
    store.finish(task, measurement(task.recipe), None)
    task = store.claim("me", LEASE)
    assert task is not None
    assert task.recipe == W4
    store.finish(task, measurement(task.recipe), None)
    assert store.claim("me", LEASE) is None
    assert state(store, two) == DONE


def test_a_finished_sweep_cannot_be_cancelled(store: Store) -> None:
    sweep = store.submit(asked(W4))
    while task := store.claim("me", LEASE):
        store.finish(task, measurement(task.recipe), None)
    store.cancel(sweep)
    assert state(store, sweep) == DONE


def test_a_known_point_is_not_appended_again(store: Store) -> None:
    known = measurement(Recipe.fp32())
    store.append(known)
    sweep = store.submit(asked(W4))
    task = store.claim("me", LEASE)
    assert task is not None
    store.reuse(task, known)
    assert len(store.history(known.key)) == 1
    assert [item.id for item in store.results(sweep)] == [known.id]
    assert store.durations("fashion-resnet") == []


def test_the_first_sweep_is_queued_once(store: Store) -> None:
    assert store.submit_first(asked()) is not None
    assert store.submit_first(asked()) is None


def test_a_workload_with_points_has_had_its_first_sweep(store: Store) -> None:
    store.append(measurement())
    assert store.submit_first(asked()) is None


def test_sweeps_come_newest_first(store: Store) -> None:
    ids = [store.submit(asked(W4)) for _ in range(3)]
    assert [status.id for status in store.sweeps(2)] == [ids[2], ids[1]]
    assert store.sweeps(workload="imagenet-lite0") == []
    assert store.sweep("no such") is None


def test_a_task_that_brings_every_dispatcher_down_fails_in_the_end(store: Store) -> None:
    sweep = store.submit(asked(W4))
    for _ in range(20):
        task = store.claim("gone:1", LEASE)
        assert task is not None
        if not task.recipe.is_fp32:
            break
        store.abandon("gone:1")
    failed = store.tasks(sweep)[0]
    assert failed.state == FAILED
    assert "its dispatcher is gone, 3 times in a row" in failed.sentence


def test_a_log_tells_every_attempt_and_step(store: Store) -> None:
    sweep = store.submit(asked())
    task = store.claim("here:1", LEASE)
    assert task is not None
    store.renew(task, LEASE, 0.1, "Calibrating")
    store.renew(task, LEASE, 0.2, "Calibrating")
    store.note(task, "a library's warning\n")
    store.release(task, "its worker is gone")
    again = store.claim("here:2", LEASE)
    assert again is not None
    store.renew(again, LEASE, 0.1, "Timing")
    store.finish(again, measurement(again.recipe), None)
    log = store.log(store.tasks(sweep)[0].id)
    assert "a library's warning" in log
    told = [line[20:] for line in log.splitlines() if line != "a library's warning"]
    assert told == [
        "attempt 1, by here:1",
        "Calibrating",
        "its worker is gone",
        "attempt 2, by here:2",
        "Timing",
        "measured",
    ]
    assert store.log(10_000) == ""


def test_a_log_keeps_its_ends(store: Store) -> None:
    store.submit(asked())
    task = store.claim("me", LEASE)
    assert task is not None
    for _ in range(3):
        store.note(task, "x" * 50_000)
    store.note(task, "the end")
    log = store.log(task.id)
    assert len(log) < 70_000
    assert "attempt 1" in log
    assert log.endswith("the end")


def test_what_is_no_text_is_kept_as_text(store: Store) -> None:
    sweep = store.submit(asked())
    task = store.claim("me", LEASE)
    assert task is not None
    store.renew(task, LEASE, 0.1, "Reading \udce4.jpg")
    store.note(task, "a crash\0\n")
    store.fail(task, "there is no \udce4.jpg\0", "in \udce4.py\n")
    first, *_ = store.tasks(sweep)
    assert first.sentence == "there is no ?.jpg"
    told = [line for line in store.log(task.id).splitlines() if "attempt" not in line]
    assert [line.split(maxsplit=2)[-1] for line in told if line[0].isdigit()] == [
        "Reading ?.jpg",
        "there is no ?.jpg",
    ]
    assert [line for line in told if not line[0].isdigit()] == ["a crash", "in ?.py"]


def test_what_runs_is_told_beside_many_failures(store: Store) -> None:
    long = store.submit(asked(*(Recipe(4, 8, seed=seed) for seed in range(1, 120))))
    while task := store.claim("me", LEASE):
        store.fail(task, "no pictures")
    store.submit(asked(*(Recipe(4, 8, seed=seed) for seed in range(201, 261))))
    for _ in range(61):
        task = store.claim("me", LEASE)
        assert task is not None
        store.renew(task, LEASE, 0.5, "Timing")
    second, first = store.sweeps()
    assert first.id == long
    assert first.failed == 120
    assert second.step.endswith("Timing")
    assert second.fraction == pytest.approx(0.5)


def test_a_short_sweep_goes_before_the_rest_of_a_long_one(store: Store) -> None:
    long = store.submit(asked(*(Recipe(4, 8, seed=seed) for seed in range(1, 50))))
    for _ in range(3):
        task = store.claim("me", LEASE)
        assert task is not None
        store.finish(task, measurement(task.recipe), None)
    short = store.submit(asked(W8, W4))
    claimed = [store.claim("me", LEASE) for _ in range(4)]
    recipes = [task.recipe for task in claimed if task]
    assert recipes[:3] == [Recipe.fp32(), W8, W4]
    assert recipes[3].seed
    assert len(store.tasks(long)) + len(store.tasks(short)) == 53


def test_priorities_go_before_everything(store: Store) -> None:
    first = store.submit(asked(W8))
    store.submit(asked(W4, images=10, priority=LATER))
    store.submit(asked(W4, images=20, priority=SOONER))
    claimed = [store.claim("me", LEASE) for _ in range(6)]
    assert [task.images for task in claimed if task] == [20, 20, None, None, 10, 10]
    status = store.sweep(first)
    assert status is not None
    assert status.priority == NORMAL


def test_a_sweep_can_be_preferred_while_it_waits(store: Store) -> None:
    store.submit(asked(W8))
    hurried = store.submit(asked(W8, images=10))
    store.prioritise(hurried, SOONER)
    task = store.claim("me", LEASE)
    assert task is not None
    assert task.images == 10


def test_a_full_queue_takes_no_more(store: Store) -> None:
    store.submit(asked(W8, W4), 3)
    store.submit(asked(W8), 3)
    with pytest.raises(RequestError, match=r"5 points would wait .* the most is 4 \(BITFRONT_Q"):
        store.submit(asked(W8, images=10), 4)
    assert len(store.sweeps()) == 2


def test_what_failed_is_retried_and_what_is_done_stays(store: Store) -> None:
    sweep = store.submit(asked(W8, W4))
    for sentence in ("", "no pictures", "a bug"):
        task = store.claim("me", LEASE)
        assert task is not None
        if sentence:
            store.fail(task, sentence, broke=True)
        else:
            store.finish(task, measurement(task.recipe), None)
    assert state(store, sweep) == FAILED
    assert store.retry(sweep) == 2
    waiting = store.tasks(sweep)
    assert [task.state for task in waiting] == [DONE, QUEUED, QUEUED]
    assert not any(task.broke or task.sentence for task in waiting)
    again = store.claim("me", LEASE)
    assert again is not None
    assert (again.recipe, again.attempt) == (W8, 1)
    assert "no pictures" in store.log(again.id)
    assert store.retry(sweep) == 0


def test_what_was_cancelled_is_retried(store: Store) -> None:
    sweep = store.submit(asked(W8))
    store.cancel(sweep)
    assert store.retry(sweep) == 2
    assert state(store, sweep) == QUEUED


def test_a_retry_waits_for_an_equal_task_of_others(store: Store) -> None:
    mine = store.submit(asked(W8))
    store.cancel(mine)
    store.submit(asked(W8))
    assert store.retry(mine) == 2
    executed = 0
    while task := store.claim("me", LEASE):
        store.finish(task, measurement(task.recipe), None)
        executed += 1
    assert executed == 2
    assert state(store, mine) == DONE


def test_a_retry_counts_what_went_on_for_others(store: Store) -> None:
    mine = store.submit(asked(W8))
    store.submit(asked(W8))
    store.cancel(mine)
    assert store.retry(mine) == 2
    assert state(store, mine) == QUEUED
    assert store.retry(mine) == 0


def test_a_clock_set_back_makes_no_time_negative(url: str) -> None:
    open_store(url).close()
    now = [10_000.0]
    engine = connect(parse(url), read_only=False)
    with SqlStore(engine, url, read_only=False, clock=lambda: now[0]) as store:
        sweep = store.submit(asked(W8))
        task = store.claim("me", LEASE)
        assert task is not None
        store.renew(task, LEASE, 0.5, "Timing")
        now[0] -= 3600
        store.finish(task, measurement(task.recipe), None)
        assert store.durations("fashion-resnet") == []
        assert store.tasks(sweep)[0].seconds is None
        status = store.sweep(sweep)
        assert status is not None
        assert status.seconds_left is None


def test_time_left_counts_the_queue_before_it(url: str) -> None:
    open_store(url).close()
    now = [1000.0]
    engine = connect(parse(url), read_only=False)
    with SqlStore(engine, url, read_only=False, clock=lambda: now[0]) as store:
        first = store.submit(asked(W8, W4))
        unknown = store.sweep(first)
        assert unknown is not None
        assert unknown.seconds_left is None
        for recipe in (Recipe.fp32(), W8, W4):
            task = store.claim("me", LEASE)
            assert task is not None
            store.renew(task, LEASE, 0.0, "Calibrating")
            now[0] += 4
            store.renew(task, LEASE, 0.4, "Timing")
            now[0] += 6
            store.finish(task, measurement(recipe), None)
        assert [took.seconds for took in store.durations("fashion-resnet")] == [10, 10, 10]
        ahead = store.submit(asked(W8, W4, images=10))
        behind = store.submit(asked(W8, images=20, priority=LATER))
        left = [store.sweep(sweep).seconds_left for sweep in (ahead, behind)]  # type: ignore[union-attr]
        assert left == pytest.approx([30, 50])
        task = store.claim("me", LEASE)
        assert task is not None
        store.renew(task, LEASE, 0.0, "Calibrating")
        now[0] += 1
        running = store.tasks(ahead)[0]
        assert running.step_seconds_left == pytest.approx(3)
        assert running.seconds_left == pytest.approx(9)
        left = [store.sweep(sweep).seconds_left for sweep in (ahead, behind)]  # type: ignore[union-attr]
        assert left == pytest.approx([29, 49])
