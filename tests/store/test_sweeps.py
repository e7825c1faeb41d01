"""Sweeps and tasks: shared, leased, fenced, cancelled."""

from __future__ import annotations

import itertools

import pytest

from quant.errors import RequestError
from quant.jobs.requests import CANCELLED, DONE, FAILED, QUEUED, RUNNING, LostLease, SweepRequest
from quant.recipe import Recipe
from quant.store import Store
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
    assert [item.log for item in store.tasks(sweep)] == ["", "Traceback …"]


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
