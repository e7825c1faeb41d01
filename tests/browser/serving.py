"""The app as a process of its own, as people start it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.error import URLError
from urllib.request import urlopen

from quant.store import open_store
from tests.pages.samples import CONTENT, said, sweep

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60
BARE = ("-m", "streamlit", "run", "app.py", "--server.port")
MADE = ("-m", "pages.parts.serve")  # as `make run` does


def filled(home: Path) -> Path:
    """A home folder with fifteen made-up points, each with a file."""
    with open_store(f"sqlite:///{home / 'bitfront.db'}") as store:
        for point in sweep():
            file = home / point.artifact
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(CONTENT)
            store.append(point, said(point))
    return home


class Served:
    """The app on a home folder and on a free port, which it keeps when it is started again."""

    def __init__(self, home: Path, command: tuple[str, ...] = MADE, **environment: str) -> None:
        self.home = home
        self._command = (sys.executable, *command)
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self._environment = {"BITFRONT_FIRST_SWEEP": "0", **environment}

    def start(self) -> None:
        environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
        environment |= {"BITFRONT_HOME": str(self.home), **self._environment}
        with (self.home / "server.log").open("ab") as log:
            self._server = subprocess.Popen(
                [*self._command, str(self.port)],
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=log,
            )
        wait_for(self.port, self._server)

    def kill(self) -> None:
        """As a machine does that runs out of memory."""
        self._server.kill()
        self._server.wait(20)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.terminate()
        self._server.wait(20)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
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
