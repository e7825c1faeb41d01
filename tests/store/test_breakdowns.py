"""What points were taken apart into: kept with the end of its task, the newest shown."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from quant.jobs.requests import DONE, EXPLAIN, LostLease, SweepRequest, Task
from quant.recipe import Recipe
from quant.store import Store, open_store
from tests.breakdown.samples import breakdown

REQUEST = SweepRequest("fashion-resnet", (Recipe(8, 8),), purpose=EXPLAIN)


def claimed(store: Store) -> Task:
    store.submit(REQUEST)
    task = store.claim("me", 30.0)
    assert task is not None
    return task


def test_only_what_is_asked_for_is_explained() -> None:
    assert REQUEST.recipes == (Recipe(8, 8),)
    assert len(SweepRequest("fashion-resnet", (Recipe(8, 8),)).recipes) == 2


def test_a_task_says_what_it_is_for(store: Store) -> None:
    task = claimed(store)
    assert task.purpose == EXPLAIN
    [status] = store.open_sweeps()
    assert status.purpose == EXPLAIN
    assert store.tasks(status.id)[0].purpose == EXPLAIN
    assert status.seconds_left is not None


def test_measuring_and_explaining_the_same_are_two_tasks(store: Store) -> None:
    store.submit(REQUEST)
    store.submit(SweepRequest("fashion-resnet", (Recipe(8, 8),)))
    assert [len(store.tasks(sweep.id)) for sweep in store.open_sweeps()] == [1, 2]


def test_a_breakdown_ends_its_task_and_is_found_by_its_point(store: Store) -> None:
    task, found = claimed(store), breakdown()
    before = store.version_stamp()
    store.explained(task, found)
    assert store.breakdown(found.id) == found
    assert store.breakdown("another@machine@runtime") is None
    assert store.version_stamp().points > before.points
    [sweep] = store.sweeps()
    assert sweep.state == DONE
    assert store.results(sweep.id) == []
    assert store.durations("fashion-resnet") == []  # of measuring


def test_the_newest_breakdown_of_a_point_is_shown(store: Store) -> None:
    store.keep_breakdowns([breakdown(), replace(breakdown(), seconds=1.0)])
    [shown] = store.breakdowns()
    assert shown.seconds == 1.0
    assert list(store.breakdowns(["another"])) == []


def test_an_attempt_that_lost_its_lease_keeps_no_breakdown(store: Store) -> None:
    task = claimed(store)
    store.cancel(store.open_sweeps()[0].id)
    with pytest.raises(LostLease):
        store.explained(task, breakdown())
    assert store.breakdown(breakdown().id) is None


def test_how_long_explaining_took_tells_how_long_it_will_take(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path / 'bitfront.db'}") as store:
        now = [1000.0]
        store._clock = lambda: now[0]  # type: ignore[attr-defined]
        task = claimed(store)
        now[0] += 40.0
        store.explained(task, breakdown())
        store.submit(REQUEST)
        assert store.open_sweeps()[0].seconds_left == pytest.approx(40.0)
