"""Layers are tried through the same queue and worker as points are measured."""

from __future__ import annotations

from pathlib import Path

from quant.jobs.foreground import work_through
from quant.jobs.local import LocalExecutor
from quant.jobs.requests import DONE, FAILED, SENSITIVITY, SweepRequest
from quant.recipe import Recipe
from quant.store import Store

REQUEST = SweepRequest("fashion-resnet", (Recipe(method="mse"),), purpose=SENSITIVITY)


def test_the_worker_tries_layers_and_the_store_keeps_scores(
    store: Store, executor: LocalExecutor, home: Path
) -> None:
    sweep = store.submit(REQUEST)
    assert list(work_through(store, executor, sweep, home, lambda _: None)) == []
    assert store.sweeps()[0].state == DONE
    found = store.sensitivity("fashion-resnet", method="mse")
    assert found is not None
    [task] = store.tasks(sweep)
    assert task.label == "sensitivity·mse"
    assert "Quantising one layer at a time" in store.log(task.id)


def test_what_stops_it_is_a_sentence(store: Store, executor: LocalExecutor, home: Path) -> None:
    (home / "refuse-rate").touch()
    sweep = store.submit(REQUEST)
    list(work_through(store, executor, sweep, home, lambda _: None))
    [task] = store.tasks(sweep)
    assert task.state == FAILED
    assert task.sentence == "there are no pictures to try layers on; add some"
    assert store.sweeps()[0].messages == (f"sensitivity·mse: {task.sentence}",)
    (home / "refuse-rate").unlink()
    assert store.retry(sweep) == 1
    list(work_through(store, executor, sweep, home, lambda _: None))
    assert store.sweeps()[0].state == DONE
