"""What is asked for is checked before it is queued."""

from __future__ import annotations

from pathlib import Path

import pytest

from quant.errors import BitfrontError
from quant.jobs import submit
from quant.jobs.requests import SweepRequest
from quant.recipe import Recipe
from quant.store import Store
from tests.pages.samples import measurement

LITE = "imagenet-lite0"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"workload": "nope"}, "there is no workload 'nope'"),
        ({"runtime": "nope"}, "there is no runtime 'nope'"),
        ({"workload": LITE}, "needs a folder of labelled"),
        ({"workload": LITE, "data": "/no/where"}, "no folder of pictures /no/where"),
        ({"workload": LITE, "data": "/", "data_labels": "/no"}, "no file of labels /no"),
        ({"workload": LITE, "data": "~nobody-of-that-name"}, "there is no such user"),
        ({"workload": LITE, "data": "x" * 300}, "File name too long"),
        ({"data_labels": "/no"}, "without pictures"),
        ({"images": 0}, "at least 1, got 0"),
    ],
)
def test_what_cannot_be_measured_is_refused(
    store: Store, fields: dict[str, object], said: str
) -> None:
    asked: dict[str, object] = {"workload": "fashion-resnet", "recipes": ()} | fields
    with pytest.raises(BitfrontError, match=said):
        submit.submit(store, SweepRequest(**asked))  # type: ignore[arg-type]
    assert store.sweeps() == []


def test_paths_become_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pictures" / "n01440764").mkdir(parents=True)
    (tmp_path / "pictures" / "n01440764" / "tench.jpg").touch()
    monkeypatch.chdir(tmp_path)
    checked = submit.checked(SweepRequest(LITE, (), data="pictures"))
    assert checked.data == str(tmp_path / "pictures")


def test_a_fresh_store_gets_its_first_sweep_once(store: Store) -> None:
    sweep = submit.first_sweep(store)
    assert sweep is not None
    recipes = {task.recipe for task in store.tasks(sweep)}
    assert len(recipes) >= 12
    assert {Recipe.fp32(), Recipe(8, 8)} <= recipes
    assert {"w2a8", "w4a4"} <= {recipe.bits for recipe in recipes}
    assert submit.first_sweep(store) is None


def test_a_used_store_gets_no_first_sweep(store: Store) -> None:
    store.append(measurement())
    assert submit.first_sweep(store) is None


def test_the_first_sweep_can_be_turned_off(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BITFRONT_FIRST_SWEEP", "0")
    assert submit.first_sweep(store) is None
    assert store.sweeps() == []
