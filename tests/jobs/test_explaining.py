"""A point is taken apart through the same queue and worker as it was measured."""

from __future__ import annotations

from pathlib import Path

from quant.jobs.foreground import work_through
from quant.jobs.local import LocalExecutor
from quant.jobs.requests import DONE, EXPLAIN, FAILED, SweepRequest
from quant.recipe import Recipe
from quant.store import Store


def ask(store: Store) -> str:
    return store.submit(SweepRequest("fashion-resnet", (Recipe(4, 8),), purpose=EXPLAIN))


def test_the_worker_explains_and_the_store_keeps_it(
    store: Store, executor: LocalExecutor, home: Path
) -> None:
    sweep = ask(store)
    assert list(work_through(store, executor, sweep, home, lambda _: None)) == []
    assert store.sweeps()[0].state == DONE
    [found] = store.breakdowns()
    assert found.recipe == Recipe(4, 8)
    assert "Profiling beside FP32" in store.log(store.tasks(sweep)[0].id)


def test_what_stops_it_is_a_sentence(store: Store, executor: LocalExecutor, home: Path) -> None:
    (home / "refuse-explain").touch()
    sweep = ask(store)
    list(work_through(store, executor, sweep, home, lambda _: None))
    [task] = store.tasks(sweep)
    assert task.state == FAILED
    assert task.sentence == "the file is not here; measure it again"
