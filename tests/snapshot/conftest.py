"""A home folder with fifteen made-up points, and another that is empty."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from quant.jobs.requests import SweepRequest
from quant.recipe import Recipe
from quant.store import Store, open_store
from tests.pages.samples import CONTENT, sweep


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("BITFRONT_HOME", str(folder))
    monkeypatch.setenv("BITFRONT_FIRST_SWEEP", "0")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return folder


@pytest.fixture
def store(home: Path) -> Iterator[Store]:
    """Filled, with a sweep that waits and names a private folder."""
    with open_store() as opened:
        fill(opened, home)
        request = SweepRequest(
            "fashion-resnet", (Recipe(8, 4),), data="/home/ada/secret", requested_by="ada"
        )
        opened.submit(request)
        yield opened


@pytest.fixture
def other(tmp_path: Path) -> Path:
    folder = tmp_path / "other"
    folder.mkdir()
    return folder


def fill(store: Store, home: Path) -> None:
    for point in sweep():
        file = home / point.artifact
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(CONTENT)
        store.append(point, b"said of " + point.recipe.label.encode())
