"""Explore on a store of its own, with nobody who would measure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from quant.store import Store, open_store
from tests.pages.answered import answered
from tests.pages.samples import said, sweep

APP = Path(__file__).resolve().parents[2] / "app.py"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BITFRONT_HOME", str(tmp_path))
    monkeypatch.setenv("BITFRONT_FIRST_SWEEP", "0")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    # Nobody measures here: the thread would go on after the test, with its own store.
    monkeypatch.setattr("quant.jobs.watchdog.start", lambda: None)
    return tmp_path


@pytest.fixture
def store(home: Path) -> Iterator[Store]:
    with open_store() as opened:
        yield opened


@pytest.fixture
def filled(store: Store, home: Path) -> Store:
    """Fifteen points of fashion-resnet, each with a file."""
    for point in sweep():
        file = home / point.artifact
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(b"a network")
        store.append(point, said(point))
    return store


@pytest.fixture
def answering(store: Store) -> Store:
    """FP32 and three files of fashion-resnet, with their answers to each picture."""
    for point, samples in answered():
        store.append(point, samples)
    return store


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Calls that would start the dispatcher."""
    calls: list[bool] = []
    for place in ("measuring", "jobs", "comparing.older", "learning.asking"):
        name = f"pages.parts.{place}.ensure_dispatcher"
        monkeypatch.setattr(name, lambda: calls.append(True))
    return calls


@pytest.fixture
def explore(home: Path, started: list[bool]) -> Callable[..., AppTest]:
    """Open the page by a link with these query parameters."""

    def opened(**link: str | list[str]) -> AppTest:
        app = AppTest.from_file(str(APP), default_timeout=60)
        for name, value in link.items():
            app.query_params[name] = value
        return app.run()

    return opened


@pytest.fixture
def compare(explore: Callable[..., AppTest]) -> Callable[..., AppTest]:
    """Open Compare by a link with these query parameters."""

    def opened(**link: str | list[str]) -> AppTest:
        app = AppTest.from_file(str(APP), default_timeout=60).switch_page("pages/2_Compare.py")
        for name, value in link.items():
            app.query_params[name] = value
        return app.run()

    return opened


@pytest.fixture
def present(explore: Callable[..., AppTest]) -> Callable[..., AppTest]:
    """Open Present by a link with these query parameters."""

    def opened(**link: str | list[str]) -> AppTest:
        app = AppTest.from_file(str(APP), default_timeout=60).switch_page("pages/3_Present.py")
        for name, value in link.items():
            app.query_params[name] = value
        return app.run()

    return opened


@pytest.fixture
def learn(explore: Callable[..., AppTest]) -> Callable[..., AppTest]:
    """Open Learn by a link with these query parameters."""

    def opened(**link: str | list[str]) -> AppTest:
        app = AppTest.from_file(str(APP), default_timeout=60).switch_page("pages/5_Learn.py")
        for name, value in link.items():
            app.query_params[name] = value
        return app.run()

    return opened
