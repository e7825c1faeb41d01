"""Run them all: python -m benchmarks.zoo [--data DIR] [--only NAME …] [--failed] [--method M]

What is measured goes to `zoo/METHOD.jsonl` below BITFRONT_HOME as it comes, and with `nearest` to
docs/zoo.md. Interrupted, it goes on where it was; --failed tries again what failed.
"""

from __future__ import annotations

import argparse
import multiprocessing
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from benchmarks.common import ROOT
from benchmarks.zoo import results
from benchmarks.zoo.measured import tell
from benchmarks.zoo.results import Row
from benchmarks.zoo.subjects import in_order
from benchmarks.zoo.table import document
from models.torchvision_table import architectures
from quant.identity import ENGINE_VERSION
from quant.jobs.limits import Limits, Watcher
from quant.measure.machine import this_machine
from quant.settings import settings

SHOWN = "nearest"  # what the table is of
LOOK_SECONDS = 0.5
# Each process begins with the libraries that a server has imported once for all of them.
CONTEXT = multiprocessing.get_context("forkserver")
PRELOADED = [
    "onnxruntime", "onnxscript", "torch", "torch._dynamo", "torch.export", "torch.onnx",
    "torchvision.models", "benchmarks.zoo.measured",
]  # fmt: skip
TABLE = ROOT / "docs" / "zoo.md"


def main() -> None:
    asked = _asked()
    CONTEXT.set_forkserver_preload(PRELOADED)
    home = settings().home
    home.mkdir(parents=True, exist_ok=True)
    path = home / "zoo" / f"{asked.method}.jsonl"
    names = in_order()
    wanted = [name for name in names if not asked.only or name in asked.only]
    todo = results.still_to_do(wanted, results.read(path), failed=asked.failed)
    print(f"{len(wanted) - len(todo)} of {len(wanted)} are done; they are kept in {path}")
    for name in todo:
        row = run(name, asked.method, home, asked.data)
        results.add(path, row)
        print(_line(row), flush=True)
        if asked.method == SHOWN:
            _write(names, results.read(path))
    if asked.method == SHOWN:
        _write(names, results.read(path))


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.zoo")
    parser.add_argument("--data", type=Path, help="a folder of labelled pictures")
    parser.add_argument("--only", nargs="*", default=(), choices=sorted(architectures()))
    parser.add_argument("--failed", action="store_true", help="try again what failed")
    parser.add_argument("--method", default=SHOWN)
    return parser.parse_args()


def run(name: str, method: str, home: Path, data: Path | None) -> Row:
    """One architecture in a process of its own, ended where it passes the limits of the settings;
    a row with `failed` where it gave none."""
    start = time.perf_counter()
    heard, said = CONTEXT.Pipe(duplex=False)
    process = CONTEXT.Process(target=tell, args=(said, name, method, home, data))
    process.start()
    said.close()
    row: Row | None = None
    with Watcher(Limits.of_settings(), process.pid or 0) as watcher:
        while row is None and not watcher.complaint:
            if heard.poll(LOOK_SECONDS):
                with suppress(EOFError):
                    row = heard.recv()
                break
    process.kill()
    process.join()
    if row is None:
        why = watcher.complaint or f"its process ended with code {process.exitcode}"
        row = {"architecture": name, "method": method, "engine": ENGINE_VERSION, "failed": why}
    return row | {"seconds": time.perf_counter() - start}


def _line(row: Row) -> str:
    if "failed" in row:
        return f"{row['architecture']:<20} FAILED {row['failed']}"
    eight, four = row["w8a8"], row["w4a8"]
    return (
        f"{row['architecture']:<20} integer {eight['integer_mac_share']:6.1%}  SQNR "
        f"{eight['sqnr_db'] or 999:5.1f} {four['sqnr_db'] or 999:5.1f} dB  latency "
        f"{eight['latency_ratio']:.2f}  {row['seconds']:5.0f} s"
    )


def _write(names: Sequence[str], found: dict[str, Row]) -> None:
    machine = this_machine()
    sets = " ".join(machine.instruction_sets)
    TABLE.write_text(
        document(names, found, f"{machine.label} ({sets}), {settings().threads} threads")
    )


if __name__ == "__main__":
    main()
