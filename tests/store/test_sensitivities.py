"""Scores of layers: kept with the end of their task, the newest of a key shown."""

from __future__ import annotations

import pytest

from quant.jobs.requests import DONE, SENSITIVITY, LostLease, SweepRequest, Task
from quant.recipe import Recipe
from quant.sensitivity.rated import Rated
from quant.store import Store
from tests.sensitivity.samples import sensitivity

REQUEST = SweepRequest("fashion-resnet", (Recipe(),), purpose=SENSITIVITY)
FOUND = Rated(sensitivity(), b"histograms")


def claimed(store: Store) -> Task:
    store.submit(REQUEST)
    task = store.claim("me", 30.0)
    assert task is not None
    return task


def test_scores_end_their_task_and_are_found_by_what_they_are_of(store: Store) -> None:
    task = claimed(store)
    assert task.purpose == SENSITIVITY
    before = store.version_stamp()
    store.rated(task, FOUND)
    assert store.sensitivity("fashion-resnet") == FOUND.sensitivity
    assert store.sensitivity(key="k", method="mse", data_id="0123456789ab") == FOUND.sensitivity
    assert store.sensitivity("fashion-resnet", method="nearest") is None
    assert store.sensitivity("another") is None
    assert store.histograms("k") == b"histograms"
    assert store.histograms("another") is None
    assert store.version_stamp().points > before.points
    [sweep] = store.sweeps()
    assert (sweep.state, sweep.total) == (DONE, 1)
    assert store.durations("fashion-resnet") == []  # of measuring


def test_the_newest_of_a_key_is_shown(store: Store) -> None:
    newer = Rated(sensitivity(n=64), b"newer")
    store.keep_sensitivities([FOUND, Rated(sensitivity(key="other"), b"")])
    store.keep_sensitivities([newer])
    assert store.sensitivity(key="k") == newer.sensitivity
    assert store.histograms("k") == b"newer"
    assert [one.sensitivity.key for one in store.sensitivities()] == ["other", "k"]
    assert list(store.sensitivities(["another"])) == []


def test_an_attempt_that_lost_its_lease_keeps_no_scores(store: Store) -> None:
    task = claimed(store)
    store.cancel(store.open_sweeps()[0].id)
    with pytest.raises(LostLease):
        store.rated(task, FOUND)
    assert store.sensitivity(key="k") is None
