"""A task that takes too much is stopped with a sentence; the next one runs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from quant.errors import RequestError
from quant.jobs import limits
from quant.jobs.limits import Limits, Watcher
from quant.jobs.local import LocalExecutor
from quant.jobs.requests import DONE, FAILED, SweepRequest, TaskStatus
from quant.jobs.submit import submit
from quant.jobs.work import carry_out
from quant.recipe import Recipe
from quant.store import Store
from tests.jobs.conftest import ENGINE

LEASE = 3600.0
PLENTY = Limits(seconds=3600.0, memory_bytes=10**12)

Limited = Callable[[Limits], LocalExecutor]


@pytest.fixture
def limited(home: Path) -> Iterator[Limited]:
    made: list[LocalExecutor] = []

    def make(given: Limits) -> LocalExecutor:
        made.append(LocalExecutor(ENGINE, home, given))
        return made[-1]

    yield make
    for executor in made:
        executor.close()


def run(store: Store, executor: LocalExecutor, home: Path) -> list[TaskStatus]:
    """Try FP32 and W4 once each."""
    sweep = store.submit(SweepRequest("fashion-resnet", (Recipe(4, 8),)))
    for _ in range(2):
        task = store.claim("me", LEASE, sweep)
        assert task is not None
        carry_out(store, executor, task, home)
    return store.tasks(sweep)


def test_a_task_that_hangs_meets_its_time_limit(store: Store, limited: Limited, home: Path) -> None:
    (home / "hang-fp32").touch()
    hung, next_one = run(store, limited(Limits(3.0, PLENTY.memory_bytes)), home)
    assert hung.state == FAILED
    assert hung.sentence.startswith("it ran for 3 seconds and the most is 3 seconds")
    assert "BITFRONT_TASK_MINUTES" in hung.sentence
    assert next_one.state == DONE


def test_a_task_that_eats_memory_is_stopped(store: Store, limited: Limited, home: Path) -> None:
    (home / "eat-fp32").touch()
    executor = limited(Limits(PLENTY.seconds, 700_000_000))
    stopped, next_one = run(store, executor, home)
    assert stopped.state == FAILED
    assert "GB of memory and the most is 0.7 GB" in stopped.sentence
    assert next_one.state == DONE


def test_a_machine_without_memory_stops_the_task(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "machine_memory", lambda: (10**9, 10**7))
    monkeypatch.setattr(Watcher, "_used", lambda _: 5 * 10**8)
    said = Watcher(PLENTY, psutil.Process().pid).look()
    assert "it used 0.5 GB of memory and the machine had only 0.0 GB of 1.0 GB left" in said


def test_a_small_task_is_not_blamed_for_a_full_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "machine_memory", lambda: (10**12, 10**7))
    assert Watcher(PLENTY, psutil.Process().pid).look() == ""


def test_a_container_has_the_memory_that_it_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "_CGROUP", tmp_path)
    (tmp_path / "memory.max").write_text("max\n")
    (tmp_path / "memory.current").write_text("300000000\n")
    assert limits.machine_memory()[0] == psutil.virtual_memory().total
    (tmp_path / "memory.max").write_text("1000000000\n")
    (tmp_path / "memory.stat").write_text("anon 1\ninactive_file 100000000\n")
    assert limits.machine_memory() == (1_000_000_000, 800_000_000)


def test_a_crash_leaves_its_place_in_the_log(
    store: Store, executor: LocalExecutor, home: Path
) -> None:
    (home / "crash-fp32").touch()
    sweep = store.submit(SweepRequest("fashion-resnet", ()))
    task = store.claim("me", LEASE)
    assert task is not None
    carry_out(store, executor, task, home)
    log = store.log(store.tasks(sweep)[0].id)
    assert "Segmentation fault" in log
    assert "fake_engine.py" in log
    assert "ended by signal 11" in log


def test_what_a_task_prints_is_in_its_log_alone(
    store: Store, executor: LocalExecutor, home: Path
) -> None:
    (home / "crash-w4a8").touch()
    sweep = store.submit(SweepRequest("fashion-resnet", (Recipe(4, 8),)))
    for _ in range(2):
        task = store.claim("me", LEASE)
        assert task is not None
        carry_out(store, executor, task, home)
    first, second = (store.log(task.id) for task in store.tasks(sweep))
    assert "noise" in first
    assert "noise" not in second


def test_a_process_that_times_files_counts_with_its_worker() -> None:
    me = os.getpid()
    used = psutil.Process(me).memory_info().rss
    watcher = Watcher(Limits(seconds=3600.0, memory_bytes=int(used * 1.5)), me)
    assert watcher.look() == ""
    watcher.helpers = frozenset({me, 2**30})  # as large as itself, and one that is gone
    assert "BITFRONT_TASK_MEMORY_GB" in watcher.look()


def test_limits_come_from_the_settings(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Limits.of_settings().seconds == 3600
    assert 0 < Limits.of_settings().memory_bytes < psutil.virtual_memory().total
    monkeypatch.setenv("BITFRONT_TASK_MINUTES", "2.5")
    monkeypatch.setenv("BITFRONT_TASK_MEMORY_GB", "1.5")
    assert Limits.of_settings() == Limits(150.0, 1_500_000_000)


def test_a_full_queue_is_a_sentence(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BITFRONT_QUEUE", "1")
    with pytest.raises(RequestError, match="2 points would wait"):
        submit(store, SweepRequest("fashion-resnet", (Recipe(4, 8),)))
    assert store.sweeps() == []
