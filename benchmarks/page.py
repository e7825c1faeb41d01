"""With everything installed and a fresh store: the page, the first measured point, twelve."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.common import ROOT, report

if TYPE_CHECKING:
    from playwright.sync_api import Page

CHROMIUM = shutil.which("chromium")
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
GOALS = {"page": 3.0, "first point on screen": 15.0, "twelve points on screen": 60.0}


def main() -> None:
    if CHROMIUM is None:
        print("skipped: no chromium")
        return
    with tempfile.TemporaryDirectory() as home, _server(Path(home)) as port:
        for what, seconds in _watch(port).items():
            report(what, seconds, GOALS[what], unit=" s")


@contextmanager
def _server(home: Path) -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "pages.parts.serve", str(port)]
    environment = os.environ | {"BITFRONT_HOME": str(home), "BITFRONT_IDLE_SECONDS": "5"}
    server = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield port
    finally:
        server.terminate()
        server.wait(20)


def _watch(port: int) -> dict[str, float]:
    """Seconds from starting the server to each sight, in a real browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        page = browser.new_page()
        start = time.monotonic()
        _until(lambda: _answers(port), 60)
        page.goto(f"http://127.0.0.1:{port}/")
        page.get_by_text("fashion-resnet").first.wait_for(timeout=60_000)
        seen = {"page": time.monotonic() - start}
        for what, count in (("first point on screen", 1), ("twelve points on screen", 12)):
            _until(lambda count=count: _measured(page) >= count, 300)
            seen[what] = time.monotonic() - start
        browser.close()
    return seen


def _measured(page: Page) -> int:
    """How many points the page says are measured; all, once nothing runs any more."""
    text = page.locator("[data-testid=stMain]").inner_text()
    told = re.search(r"(\d+) of \d+ measured", text)
    if told:
        return int(told[1])
    return 99 if page.locator(".plotly path.point").count() >= 12 else 0


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _until(condition: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not seen within {seconds} s")
        time.sleep(0.1)
