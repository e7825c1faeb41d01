"""Explore with 2,000 and 100,000 points in the store: one visitor moves what there is to move."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path
from statistics import quantiles

import psutil

from benchmarks.common import ROOT, report
from benchmarks.filling import fill
from benchmarks.visitor import Value, Visitor

GOALS = {2_000: 150.0, 100_000: 400.0}  # ms, p95 of a rerun
ROUNDS = 60
SESSIONS = 20
SESSION_MB = 5.0
# A browser tells the server what every widget shows; the axes look at each other. With dominated
# points the chart is at its fullest.
SHOWN: tuple[tuple[str, Value], ...] = (("y", "accuracy"), ("x", "size"), ("dominated", True))
MOVES: tuple[tuple[str, Value], ...] = (
    ("loss", ["1 pp"]),
    ("x", "latency"),
    ("size", ["0.7 MB"]),
    ("y", "size"),
    ("loss", ["2 pp"]),
    ("latency", ["0.3 ms"]),
    ("x", "size"),
    ("only", ["mse"]),
    ("loss", ["0.2 pp"]),
    ("only-weights", ["3", "4"]),
    ("y", "accuracy"),
    ("size", ["no limit"]),
    ("only", []),
    ("loss", ["0.5 pp"]),
    ("latency", ["no limit"]),
    ("only-weights", []),
)


def main() -> None:
    for count, goal in GOALS.items():
        with tempfile.TemporaryDirectory() as home:
            fill(Path(home) / "bitfront.db", count)
            with server(Path(home)) as (port, process):
                _measure(port, process, count, goal)


def _measure(port: int, process: psutil.Process, count: int, goal: float) -> None:
    with Visitor(port) as visitor:
        report(f"{count:,} points: the first visitor's page", visitor.run(), unit=" s")
        for shown in SHOWN:
            visitor.choose(*shown)
        start = busy(process)
        times = [visitor.choose(*move) * 1e3 for move in islice(cycle(MOVES), ROUNDS)]
        cuts = quantiles(times, n=20)
        report(f"{count:,} points: rerun, median", cuts[9], unit=" ms")
        report(f"{count:,} points: rerun, p95", cuts[18], goal, unit=" ms")
        spent = (busy(process) - start) / ROUNDS * 1e3
        report(f"{count:,} points: the server's own time in a rerun, mean", spent, unit=" ms")
        report(f"{count:,} points: sent in a rerun", visitor.received / 1e3, unit=" kB")
    before = process.memory_info().rss
    visitors = [Visitor(port) for _ in range(SESSIONS)]
    for visitor in visitors:
        visitor.run()
    grown = (process.memory_info().rss - before) / SESSIONS / 1e6
    report(f"{count:,} points: memory a session, of {SESSIONS}", grown, SESSION_MB, unit=" MB")
    for visitor in visitors:
        visitor.close()


def busy(process: psutil.Process) -> float:
    """Seconds of processor time: what others do on the machine is not in it."""
    spent = process.cpu_times()
    return float(spent.user + spent.system)


@contextmanager
def server(home: Path) -> Iterator[tuple[int, psutil.Process]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "pages.parts.serve", str(port)]
    environment = os.environ | {"BITFRONT_HOME": str(home), "BITFRONT_FIRST_SWEEP": "0"}
    environment.pop("DATABASE_URL", None)
    server = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        while not _answers(port):
            time.sleep(0.1)
        time.sleep(2.0)  # it imports what Explore needs
        yield port, psutil.Process(server.pid)
    finally:
        server.terminate()
        server.wait(20)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
