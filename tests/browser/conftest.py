"""The app on a port of its own, and Debian's Chromium to look at it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from quant.store import open_store
from tests.pages.samples import sweep

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium")
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
START_SECONDS = 60


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Headless Chromium; skipped where Debian's package is not installed."""
    if CHROMIUM is None:
        pytest.skip("there is no chromium on this machine; Debian's package has it")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the app, on a store with fifteen made-up points."""
    home = tmp_path_factory.mktemp("home")
    with open_store(f"sqlite:///{home / 'bitfront.db'}") as store:
        for point in sweep():
            file = home / point.artifact
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(b"a network")
            store.append(point)
    port = _free_port()
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    environment |= {"BITFRONT_HOME": str(home), "BITFRONT_FIRST_SWEEP": "0"}
    with (home / "server.log").open("wb") as log:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        _wait_for(port, server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and server.poll() is None:
        with suppress(subprocess.TimeoutExpired):
            server.wait(0.1)  # its end is worth waking up for
        try:
            with urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2) as answer:
                if answer.read() == b"ok":
                    return
        except (URLError, OSError):
            continue
    raise RuntimeError(f"the app did not answer on port {port} within {START_SECONDS} s")
