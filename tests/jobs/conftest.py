"""A home folder of its own and an engine that is quick."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from quant.jobs.local import LocalExecutor
from quant.store import Store, open_store

ENGINE = "tests.jobs.fake_engine"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Also what the settings name, here and in processes that start."""
    monkeypatch.setenv("BITFRONT_HOME", str(tmp_path))
    monkeypatch.setenv("BITFRONT_ENGINE", ENGINE)
    monkeypatch.setenv("BITFRONT_IDLE_SECONDS", "2")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    # A worker reads its parent's main module again. After a test of a page in this process, that
    # would be the page.
    monkeypatch.setitem(sys.modules, "__main__", ModuleType("__main__"))
    return tmp_path


@pytest.fixture
def store(home: Path) -> Iterator[Store]:
    with open_store() as opened:
        yield opened


@pytest.fixture
def executor(home: Path) -> Iterator[LocalExecutor]:
    made = LocalExecutor(ENGINE, home)
    yield made
    made.close()
