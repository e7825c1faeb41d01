"""Sixty visitors at once, on the machine that also plays them: load, rerun, memory a session."""

from __future__ import annotations

import multiprocessing
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import quantiles

import psutil

from benchmarks.common import ROOT, report
from benchmarks.filling import fill
from benchmarks.visitor import Visitor

VISITORS = 60
POINTS = 200
RAMPS = (0.0, 6.0, 30.0)  # seconds over which they arrive
RERUNS = 3  # of each, one after another and without a pause
LOAD_MS, RERUN_MS, SESSION_MB, LEFT = 1_000.0, 400.0, 5.0, 1.10
FORGETS = 5  # seconds after which the server forgets who left; 120 unless told
LEAVES_SECONDS = 90.0


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        fill(Path(home) / "bitfront.db", POINTS)
        with _server(Path(home)) as (port, process):
            with Visitor(port) as first:
                report("the first visitor's page", first.run(), unit=" s")
            for ramp in RAMPS:
                _crowd(port, process, ramp)


def _crowd(port: int, process: psutil.Process, ramp: float) -> None:
    before, worked = process.memory_info().rss, _cpu(process)
    here, there = multiprocessing.Pipe()
    crowd = multiprocessing.get_context("spawn").Process(target=_visit, args=(port, ramp, there))
    crowd.start()
    loads, reruns = here.recv()
    inside, spent = process.memory_info().rss, _cpu(process) - worked
    here.send("leave")
    crowd.join()
    what = f"{VISITORS} within {ramp:g} s" if ramp else f"{VISITORS} at once"
    report(f"{what}: load, p95", _p95(loads), LOAD_MS, unit=" ms")
    report(f"{what}: rerun, p95", _p95(reruns), RERUN_MS, unit=" ms")
    report(f"{what}: processor time of a run", spent * 1e3 / len(loads + reruns), unit=" ms")
    report(f"{what}: memory a session", (inside - before) / VISITORS / 1e6, SESSION_MB, " MB")
    report(f"{what}: memory after they left", _after(port, process, before), LEFT)


def _after(port: int, process: psutil.Process, before: int) -> float:
    """Of what there was before they came, once the server has forgotten them."""
    until = time.monotonic() + LEAVES_SECONDS
    while True:
        with Visitor(port) as passer_by:  # who comes makes the server look who has left
            passer_by.run()
        left = process.memory_info().rss / before
        if left <= LEFT or time.monotonic() > until:
            return left
        time.sleep(FORGETS)


def _visit(port: int, ramp: float, told: Connection) -> None:
    """A process of its own: the visitors, who stay until they are told to leave."""
    start = time.monotonic()

    def visit(number: int) -> tuple[Visitor, float, list[float]]:
        time.sleep(max(0.0, start + ramp * number / VISITORS - time.monotonic()))
        visitor = Visitor(port)
        return visitor, visitor.run(), [visitor.run() for _ in range(RERUNS)]

    with ThreadPoolExecutor(VISITORS) as pool:
        visits = list(pool.map(visit, range(VISITORS)))
    told.send(([load for _, load, _ in visits], [each for *_, reruns in visits for each in reruns]))
    told.recv()
    for visitor, *_ in visits:
        visitor.close()


def _p95(seconds: list[float]) -> float:
    return quantiles(seconds, n=20)[18] * 1e3


def _cpu(process: psutil.Process) -> float:
    used = process.cpu_times()
    return float(used.user + used.system)


@contextmanager
def _server(home: Path) -> Iterator[tuple[int, psutil.Process]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "pages.parts.serve", str(port)]
    environment = os.environ | {
        "BITFRONT_HOME": str(home),
        "BITFRONT_FIRST_SWEEP": "0",
        "STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL": str(FORGETS),
    }
    environment.pop("DATABASE_URL", None)
    server = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        with socket.socket() as probe:
            while probe.connect_ex(("127.0.0.1", port)):
                time.sleep(0.1)
        time.sleep(2.0)  # it imports what Explore needs
        yield port, psutil.Process(server.pid)
    finally:
        server.terminate()
        server.wait(20)
