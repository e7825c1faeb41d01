"""A hosted snapshot in a real browser: a folder that cannot be written, and few libraries."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import pytest

from quant.snapshot.choice import ALL, Choice
from quant.snapshot.write import write
from quant.store import open_store
from tests.browser.looking import DOTS
from tests.browser.serving import free_port, wait_for
from tests.pages.samples import CONTENT
from tests.snapshot.conftest import fill

HOSTED = Path(__file__).resolve().parents[1] / "snapshot" / "hosted.py"
NOBODY = 65534


@pytest.fixture(scope="module")
def hosted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a viewer that may write nowhere; as root, it runs as nobody."""
    top = tmp_path_factory.mktemp("hosted")
    folder = top / "snapshot"
    with open_store(f"sqlite:///{top / 'bitfront.db'}") as store:
        fill(store, top)
        write(store, top, folder, Choice(files=ALL))
    for path in [folder, *folder.rglob("*")]:
        path.chmod(path.stat().st_mode & ~0o222)
    port = free_port()
    command = [sys.executable, str(HOSTED), str(port)]
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent"}
    with (top / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [*_as_nobody(top), *command], cwd=folder, env=environment, stdout=log, stderr=log
        )
    try:
        wait_for(port, server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)
        for path in [folder, *folder.rglob("*")]:
            path.chmod(path.stat().st_mode | 0o200)


def _as_nobody(top: Path) -> list[str]:
    """Root may write anywhere, whatever the rights are."""
    if os.geteuid() != 0 or not (setpriv := shutil.which("setpriv")):
        return []
    wanted = [f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    places = [top / "snapshot" / "app.py", HOSTED, Path(sys.executable), Path(os.__file__)]
    if any(not _anybody_may_read(path) for path in places):
        return []
    return [setpriv, *wanted]


def _anybody_may_read(path: Path) -> bool:
    needed = [(path.resolve(), 0o004), *((parent, 0o001) for parent in path.resolve().parents)]
    return all(place.stat().st_mode & right for place, right in needed)


@pytest.fixture
def page(browser: Any, hosted: str) -> Iterator[Any]:
    context = browser.new_context(viewport={"width": 1440, "height": 1000})
    opened = context.new_page()
    opened.set_default_timeout(60_000)
    opened.goto(hosted)
    opened.wait_for_selector(DOTS)
    yield opened
    context.close()


def test_a_visitor_sees_the_front_and_that_measuring_is_off(page: Any) -> None:
    sidebar = page.get_by_test_id("stSidebar")
    sidebar.get_by_text("Measuring is off").first.wait_for()
    assert sidebar.get_by_role("button", name="Measure").is_disabled()
    assert "w5a8" in page.get_by_test_id("stMetric").first.inner_text()
    assert page.get_by_test_id("stException").count() == 0


def test_a_file_can_be_downloaded(page: Any) -> None:
    with page.expect_download() as given:
        page.get_by_role("button", name="Download model").click()
    assert given.value.path().read_bytes() == CONTENT


def test_a_link_restores_the_view_in_another_browser(browser: Any, page: Any, hosted: str) -> None:
    page.get_by_role("slider", name="Loss").press("ArrowRight")
    page.wait_for_url("**loss=**")
    page.get_by_test_id("stMetric").first.get_by_text("w4a8").wait_for()
    context = browser.new_context()
    again = context.new_page()
    again.goto(f"{hosted}/?{urlparse(page.url).query}", timeout=60_000)
    again.get_by_test_id("stMetric").first.get_by_text("w4a8").wait_for(timeout=60_000)
    context.close()
