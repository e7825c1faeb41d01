"""How long it will take, from how long it took."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.workload import workload
from quant.jobs.estimate import Estimate, estimate, pictures_in
from quant.jobs.requests import SweepRequest
from quant.recipe import Recipe
from quant.store import open_store
from quant.store.engine import connect, parse
from quant.store.sql import SqlStore
from tests.pages.samples import measurement

RESNET, LITE = workload("fashion-resnet"), workload("imagenet-lite0")
FP32, W8, W4, WEIGHTS_ONLY = Recipe.fp32(), Recipe(8, 8), Recipe(4, 8), Recipe(4, 32)


class Clock:
    """Points take what the test says."""

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


def measure(store: SqlStore, clock: Clock, seconds: dict[Recipe, float]) -> None:
    store.submit(SweepRequest("fashion-resnet", tuple(seconds)))
    for recipe, taken in seconds.items():
        task = store.claim("me", 3600)
        assert task is not None
        clock.now += taken
        store.finish(task, measurement(recipe, n=1000), None)


def test_nothing_measured_gives_no_estimate(store: SqlStore) -> None:
    assert estimate(store, RESNET, [W4]) is None


def test_kinds_of_recipes_have_their_own_pace(store: SqlStore, clock: Clock) -> None:
    measure(store, clock, {FP32: 10, W8: 4, W4: 6, WEIGHTS_ONLY: 20})
    assert estimate(store, RESNET, [Recipe(3, 8)]) == Estimate(5.0)
    assert estimate(store, RESNET, [FP32, Recipe(2, 8), Recipe(2, 32)]) == Estimate(35.0)


def test_a_kind_not_seen_takes_the_mean(store: SqlStore, clock: Clock) -> None:
    measure(store, clock, {FP32: 10, W8: 4})
    assert estimate(store, RESNET, [WEIGHTS_ONLY]) == Estimate(7.0)


def test_a_new_workload_borrows_anothers_pace(store: SqlStore, clock: Clock) -> None:
    measure(store, clock, {FP32: 10})
    assert estimate(store, LITE, [W8]) is None
    found = estimate(store, LITE, [FP32, W8], pictures=200)
    assert found is not None
    assert found.guessed_from == "fashion-resnet"
    assert found.seconds == pytest.approx(2 * 10 * LITE.macs / RESNET.macs * 200 / 1000)


def test_pictures_of_a_folder_are_counted_without_the_splits(tmp_path: Path) -> None:
    for name in ("n01440764", "n01443537"):
        (tmp_path / name).mkdir()
        for index in range(200):
            (tmp_path / name / f"{index}.jpg").touch()
    assert pictures_in(str(tmp_path), 1000) == 100
    assert pictures_in(str(tmp_path / "nowhere"), 1000) is None
    assert pictures_in("~nobody-of-that-name", 1000) is None
    assert pictures_in("x" * 300, 1000) is None
