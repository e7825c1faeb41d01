"""A snapshot with made-up points: from starting its server to the chart, and what it installs.

BITFRONT_VIEWER names a Python that has requirements-viewer.txt alone; by default, this one.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.common import report
from benchmarks.page import CHROMIUM, FLAGS
from quant.recipe import Recipe
from quant.snapshot.choice import NONE, Choice
from quant.snapshot.write import write
from quant.store import open_store

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PYTHON = os.environ.get("BITFRONT_VIEWER", sys.executable)
STARTS = 5
READY_SECONDS, INSTALLED_MB = 5.0, 700.0
DOT = ".stPlotlyChart .scatterlayer .points path"


def main() -> None:
    if CHROMIUM is None:
        print("skipped: no chromium")
        return
    if sys.executable == PYTHON:
        print("with everything installed; BITFRONT_VIEWER=…/bin/python names a viewer's own")
    else:
        report("installed, with pip", _installed_mb(Path(PYTHON)), INSTALLED_MB, unit=" MB")
    with tempfile.TemporaryDirectory() as folder, _browser() as browser:
        snapshot = _snapshot(Path(folder))
        seconds = sorted(_ready(snapshot, browser) for _ in range(STARTS))
    report(f"ready, median of {STARTS}", median(seconds), READY_SECONDS, unit=" s")
    report("ready, slowest", seconds[-1], unit=" s")


def _snapshot(folder: Path) -> Path:
    from tests.pages.samples import measurement

    home = folder / "home"
    home.mkdir()
    with open_store(f"sqlite:///{home / 'bitfront.db'}") as store:
        for bits in (32, 8, 7, 6, 5, 4, 3, 2):
            store.append(measurement(Recipe.fp32() if bits == 32 else Recipe(bits, 8, "mse")))
        write(store, home, folder / "snapshot", Choice(files=NONE))
    return folder / "snapshot"


def _installed_mb(python: Path) -> float:
    files = (path for path in python.parent.parent.rglob("*") if path.is_file())
    return sum(path.lstat().st_blocks * 512 for path in files) / 2**20


@contextmanager
def _browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


def _ready(snapshot: Path, browser: Browser) -> float:
    """Seconds from starting the server, in a snapshot that it cannot write, to the chart."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    page = browser.new_page()
    start = time.monotonic()
    server = subprocess.Popen(
        [PYTHON, "-m", "pages.parts.serve", str(port)],
        cwd=snapshot,
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while not _answers(port):
            time.sleep(0.02)
        page.goto(f"http://127.0.0.1:{port}/")
        page.wait_for_selector(DOT, timeout=60_000)
        return time.monotonic() - start
    finally:
        page.close()
        server.terminate()
        server.wait(20)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
