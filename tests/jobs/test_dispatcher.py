"""Real dispatchers, really killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from quant.jobs.requests import DONE, SweepRequest
from quant.jobs.submit import ensure_dispatcher, submit
from quant.recipe import Recipe
from quant.store import Store, open_store
from tests.jobs.waiting import until

ROOT = Path(__file__).resolve().parents[2]
RECIPES = tuple(Recipe(bits, 8) for bits in (8, 7, 6, 5, 4, 3, 2))


def children() -> list[psutil.Process]:
    """Dispatchers that this test has started."""
    mine = psutil.Process().children()
    alive = [child for child in mine if child.status() != psutil.STATUS_ZOMBIE]
    return [child for child in alive if "quant.jobs" in child.cmdline()]


@pytest.fixture(autouse=True)
def none_left(home: Path) -> Iterator[None]:
    yield
    for child in children():
        child.kill()
        child.wait(10)


def is_done(store: Store, sweep: str) -> bool:
    status = store.sweep(sweep)
    return status is not None and status.state == DONE


def test_one_dispatcher_runs_what_waits_and_leaves(store: Store) -> None:
    sweep = submit(store, SweepRequest("fashion-resnet", RECIPES))
    assert ensure_dispatcher()
    until(lambda: is_done(store, sweep))
    assert not ensure_dispatcher()
    assert len(store.points()) == len(RECIPES) + 1
    until(lambda: not children())
    again = submit(store, SweepRequest("fashion-resnet", RECIPES, fresh=True))
    assert ensure_dispatcher()
    until(lambda: is_done(store, again))


def test_a_second_dispatcher_leaves_at_once(store: Store, home: Path) -> None:
    (home / "hold-fp32").touch()
    submit(store, SweepRequest("fashion-resnet", ()))
    ensure_dispatcher()
    until(store.workers)
    second = [sys.executable, "-m", "quant.jobs"]
    assert subprocess.run(second, cwd=ROOT, timeout=30, check=False).returncode == 0


def test_a_killed_dispatcher_loses_and_doubles_nothing(store: Store, home: Path) -> None:
    (home / "hold-w5a8").touch()
    sweep = submit(store, SweepRequest("fashion-resnet", RECIPES))
    ensure_dispatcher()
    until(lambda: len(store.results(sweep)) == 4)
    until(lambda: "w5a8" in (home / "evaluated").read_text().split())
    (dispatcher,) = children()
    workers = dispatcher.children()
    os.kill(dispatcher.pid, signal.SIGKILL)
    until(lambda: not any(worker.is_running() for worker in workers))
    (home / "hold-w5a8").unlink()
    until(ensure_dispatcher)
    until(lambda: is_done(store, sweep))
    kept = Counter(item.recipe.bits for item in store.points())
    assert set(kept.values()) == {1}
    assert len(kept) == len(RECIPES) + 1
    assert all(len(store.history(item.key)) == 1 for item in store.points())
    measured = Counter((home / "evaluated").read_text().split())
    assert measured.pop("w5a8") == 2
    assert set(measured.values()) == {1}


def test_a_dispatcher_says_why_it_cannot_run(home: Path) -> None:
    (home / "bitfront.db").write_bytes(b"a letter" * 1000)
    ran = subprocess.run(
        [sys.executable, "-m", "quant.jobs"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 2
    assert "is not a database" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_two_processes_share_a_sweep_without_doubling(home: Path) -> None:
    command = [sys.executable, "-m", "quant", "sweep", "fashion-resnet", "--weights", "8,6,4,3,2"]
    both = [
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    for process in both:
        said, complaints = process.communicate(timeout=120)
        assert process.returncode == 0, complaints.decode()
        assert len(said.splitlines()) == 8  # a heading, six points, what they say together
    with open_store() as store:
        assert len(store.points()) == 6
        assert all(len(store.history(item.key)) == 1 for item in store.points())
