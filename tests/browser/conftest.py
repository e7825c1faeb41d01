"""The app on a port of its own, and Debian's Chromium to look at it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.looking import WAIT_MS, Open, settled
from tests.browser.serving import Served, filled

CHROMIUM = shutil.which("chromium")
NEEDED = "BITFRONT_TESTS_NEED_CHROMIUM"  # .ci/run sets it: a skip would hide what is not tested
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Headless Chromium; skipped where Debian's package is not installed."""
    if CHROMIUM is None:
        absent = pytest.fail if os.environ.get(NEEDED) else pytest.skip
        absent("there is no chromium on this machine; Debian's package has it")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def app(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the app, on a store with fifteen made-up points; one a file of tests."""
    with Served(filled(tmp_path_factory.mktemp("home"))) as served:
        yield served.address


@pytest.fixture
def contexts(browser: Any) -> Iterator[list[Any]]:
    """Of this test; closed at its end."""
    made: list[Any] = []
    yield made
    for context in made:
        context.close()


@pytest.fixture
def opened(browser: Any, contexts: list[Any], request: pytest.FixtureRequest) -> Open:
    """Open a link in a fresh context; waits for the chart, or for what else is named."""

    def visit(
        link: str = "/",
        width: int = 1440,
        scheme: str = "light",
        awaited: str = "",
        address: str = "",
    ) -> Any:
        size = {"width": width, "height": 1000}
        context = browser.new_context(viewport=size, color_scheme=scheme, accept_downloads=True)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(WAIT_MS)
        page.goto((address or request.getfixturevalue("app")) + link)
        settled(page, awaited)
        return page

    return visit


@pytest.fixture(autouse=True)
def _pictures(tmp_path: Path) -> Path:
    """Where screenshots of a failed test go."""
    return tmp_path


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """What was on screen when a test failed."""
    report = yield
    given = getattr(item, "funcargs", {})
    if report.when == "call" and report.failed and "browser" in given:
        for number, page in enumerate(p for c in given["browser"].contexts for p in c.pages):
            path = given["_pictures"] / f"screen-{number}.png"
            page.screenshot(path=path)
            report.sections.append(("screen", f"{page.url}: {path}"))
    return report
