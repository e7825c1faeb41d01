"""The quota stops what would write, and nothing else; archived files are still known."""

from __future__ import annotations

from pathlib import Path

import pytest

from quant.errors import StoreError
from quant.evaluate import evaluate
from quant.identity import Request
from quant.jobs.local import LocalExecutor
from quant.jobs.requests import SweepRequest
from quant.jobs.submit import submit
from quant.jobs.work import carry_out
from quant.recipe import Recipe
from quant.shelf import shelf
from quant.store import Store
from tests.pages.samples import measurement

W4 = SweepRequest("fashion-resnet", (Recipe(4, 8),))


@pytest.fixture
def full(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that reaches the quota, and what an interrupted write left behind."""
    path = home / "artifacts" / "fashion-resnet" / "large.onnx"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"x" * 1000)
    path.with_name(".draft.12345.onnx").write_bytes(b"half")
    monkeypatch.setenv("BITFRONT_QUOTA_GB", "0.000001")
    return path


def test_nothing_new_is_queued_where_no_file_may_be_written(store: Store, full: Path) -> None:
    store.append(measurement(Recipe.fp32()))
    store.append(measurement(Recipe(8)))
    with pytest.raises(StoreError, match="BITFRONT_QUOTA_GB allows 1e-06 GB"):
        submit(store, SweepRequest("fashion-resnet", (Recipe(7),)))
    with pytest.raises(StoreError, match="BITFRONT_QUOTA_GB"):
        submit(store, SweepRequest("fashion-resnet", (Recipe(8),), fresh=True))
    with pytest.raises(StoreError, match="BITFRONT_QUOTA_GB"):  # its file was deleted
        submit(store, SweepRequest("fashion-resnet", (Recipe(8),)))
    assert not store.sweeps()


def test_what_was_measured_may_still_be_asked_for(store: Store, full: Path) -> None:
    for recipe in (Recipe.fp32(), Recipe(8)):
        store.append(measurement(recipe, artifact="artifacts/fashion-resnet/large.onnx"))
    assert submit(store, SweepRequest("fashion-resnet", (Recipe(8),)))


def test_the_engine_stops_before_it_writes_and_clears_drafts(home: Path, full: Path) -> None:
    request = Request("fashion-resnet", Recipe(8, 8), images=10)
    with pytest.raises(StoreError, match="nothing more is measured, what was measured is kept"):
        evaluate(request, home, lambda _step, _share: None)
    assert [path.name for path in full.parent.iterdir()] == [full.name]


def test_an_archived_file_is_not_made_again_and_a_deleted_one_is(
    store: Store, executor: LocalExecutor, home: Path
) -> None:
    def measured() -> list[str]:
        sweep = store.submit(W4)
        while task := store.claim("me", 3600, sweep):
            carry_out(store, executor, task, home)
        return (home / "evaluated").read_text().split()

    assert measured() == ["fp32", "w4a8"]
    point = next(one for one in store.points() if one.recipe == Recipe(4, 8))
    shelf().put_away(point.artifact)
    assert measured() == ["fp32", "w4a8"]
    shelf().delete(point.artifact)
    assert measured() == ["fp32", "w4a8", "w4a8"]
    assert shelf().find(point.artifact) is not None
    assert len(store.history(point.key)) == 2
