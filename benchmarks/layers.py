"""Layers with 5, 50 and 300 layers: one visitor gives a layer other bits, again and again."""

from __future__ import annotations

import tempfile
from itertools import cycle, islice
from pathlib import Path
from statistics import quantiles

import psutil

from benchmarks.common import report
from benchmarks.reruns import busy, server
from benchmarks.visitor import Visitor
from quant.sensitivity.histograms import pack
from quant.sensitivity.rated import Rated
from quant.store import open_store
from tests.bits.samples import network
from tests.pages.samples import said, sweep

COUNTS = (5, 50, 300)
GOAL_MS = 100.0  # p95, until the three numbers have moved
CHANGES = 60
WIDTHS = (["3"], ["2"], ["6"], ["8"], ["5"], ["4"])


def main() -> None:
    for count in COUNTS:
        with tempfile.TemporaryDirectory() as home:
            _fill(Path(home), count)
            with server(Path(home)) as (port, process):
                _measure(port, process, count)


def _fill(home: Path, count: int) -> None:
    """Made-up scores of so many layers, and fifteen measured points."""
    with open_store(f"sqlite:///{home / 'bitfront.db'}") as store:
        for point in sweep():
            store.append(point, said(point))
        store.keep_sensitivities([Rated(network(count), pack(()))])


def _measure(port: int, process: psutil.Process, count: int) -> None:
    with Visitor(port, "method=mse", "Layers") as visitor:
        visitor.run()
        for widths in WIDTHS:  # each for the first time
            visitor.choose("bits of weights", widths)
        start, whole, numbers = busy(process), [], []
        for widths in islice(cycle(WIDTHS), CHANGES):
            whole.append(visitor.choose("bits of weights", widths) * 1e3)
            numbers.append(visitor.numbers_after * 1e3)
        spent = (busy(process) - start) / CHANGES * 1e3
        for what, times, goal in (("numbers", numbers, GOAL_MS), ("the whole", whole, None)):
            cuts = quantiles(times, n=20)
            report(f"{count} layers: {what} after a change, median", cuts[9], unit=" ms")
            report(f"{count} layers: {what} after a change, p95", cuts[18], goal, unit=" ms")
        report(f"{count} layers: the server's own time for a change, mean", spent, unit=" ms")
        report(f"{count} layers: sent for a change", visitor.received / 1e3, unit=" kB")


if __name__ == "__main__":
    main()
