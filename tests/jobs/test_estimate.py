"""How long it will take, from how long it took."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.workload import workload
from quant.jobs.estimate import Estimate, estimate, pictures_in
from quant.jobs.requests import SweepRequest
from quant.methods import method
from quant.recipe import Recipe
from quant.store import open_store
from quant.store.engine import connect, parse
from quant.store.sql import SqlStore
from tests.pages.samples import measurement

RESNET, LITE = workload("fashion-resnet"), workload("imagenet-lite0")
MOBILENET = workload("fashion-mobilenet")
GPTQ, ADAROUND = Recipe(4, 8, "gptq"), Recipe(4, 8, "adaround")
MORE = method("adaround").effort / method("gptq").effort  # times as long
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


def measure(
    store: SqlStore, clock: Clock, seconds: dict[Recipe, float], name: str = "fashion-resnet"
) -> None:
    """Of a point of a method that learns, all but five seconds are learning."""
    store.submit(SweepRequest(name, tuple(seconds)))
    for recipe, taken in seconds.items():
        task = store.claim("me", 3600)
        assert task is not None
        clock.now += taken
        learning = taken - 5 if recipe.learns else 0.5
        store.finish(task, measurement(recipe, n=1000, quantize_seconds=learning), None)


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


def test_a_method_that_learns_has_its_own_pace(store: SqlStore, clock: Clock) -> None:
    measure(store, clock, {FP32: 10, W8: 4, GPTQ: 65})
    assert estimate(store, RESNET, [Recipe(3, 8, "gptq")]) == Estimate(65.0)
    assert estimate(store, RESNET, [Recipe(3, 8)]) == Estimate(4.0)


def test_another_method_here_tells_by_its_effort(store: SqlStore, clock: Clock) -> None:
    measure(store, clock, {FP32: 10, GPTQ: 65})
    found = estimate(store, RESNET, [ADAROUND])
    assert found is not None
    assert found.guessed_from == "gptq"
    assert found.seconds == pytest.approx(5 + 60 * MORE)


def test_a_method_elsewhere_tells_by_the_size_of_the_network(store: SqlStore, clock: Clock) -> None:
    measure(store, clock, {FP32: 10, GPTQ: 65})
    measure(store, clock, {FP32: 6, W8: 3}, MOBILENET.name)
    small, large = (estimate(store, MOBILENET, [one]) for one in (GPTQ, ADAROUND))
    assert small is not None
    assert large is not None
    assert small.guessed_from == large.guessed_from == "gptq on fashion-resnet"
    assert 3 < small.seconds < 65
    assert large.seconds - 3 == pytest.approx((small.seconds - 3) * MORE)


def test_where_nothing_ever_learned_the_pace_of_fp32_tells(store: SqlStore, clock: Clock) -> None:
    measure(store, clock, {FP32: 10, W8: 4})
    here, there = (estimate(store, one, [W8, GPTQ, ADAROUND]) for one in (RESNET, MOBILENET))
    for found in (here, there):
        assert found is not None
        assert found.guessed_from == "fashion-resnet"
    few = estimate(store, RESNET, [Recipe(4, 8, "gptq", calibration_images=20)])
    many = estimate(store, RESNET, [GPTQ])
    assert few is not None
    assert many is not None
    assert 4 < few.seconds < many.seconds


def test_floats_are_not_learned(store: SqlStore, clock: Clock) -> None:
    measure(store, clock, {FP32: 10, WEIGHTS_ONLY: 20})
    assert estimate(store, RESNET, [Recipe(16, 32, "adaround")]) == Estimate(20.0)


def test_pictures_of_a_folder_are_counted_without_the_splits(tmp_path: Path) -> None:
    for name in ("n01440764", "n01443537"):
        (tmp_path / name).mkdir()
        for index in range(200):
            (tmp_path / name / f"{index}.jpg").touch()
    assert pictures_in(str(tmp_path), 1000) == 100
    assert pictures_in(str(tmp_path / "nowhere"), 1000) is None
    assert pictures_in("~nobody-of-that-name", 1000) is None
    assert pictures_in("x" * 300, 1000) is None
