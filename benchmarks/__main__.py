"""Run the benchmarks: python -m benchmarks [accuracy_cost] [latency] [sizes] [page]."""

from __future__ import annotations

import importlib
import sys

from quant.measure.machine import this_machine
from quant.settings import settings

NAMES = (
    "sizes",
    "latency",
    "runtimes",
    "repeats",
    "repeats_latency",
    "explained",
    "accuracy_cost",
    "memory",
    "rounding_memory",
    "low_bits",
    "mixed",
    "sensitivity",
    "eight_bits",
    "aimet",
    "page",
    "snapshot",
    "kills",
    "reruns",
    "layers",
    "load",
)


def main() -> None:
    chosen = sys.argv[1:] or NAMES
    unknown = set(chosen) - set(NAMES)
    if unknown:
        raise SystemExit(
            f"there is no benchmark {', '.join(unknown)}; there are {', '.join(NAMES)}"
        )
    machine = this_machine()
    sets = " ".join(machine.instruction_sets)
    print(f"{machine.label} ({sets}), {settings().threads} threads\n")
    for name in chosen:
        module = importlib.import_module(f"benchmarks.{name}")
        print(f"== {name}: {module.__doc__.splitlines()[0]}", flush=True)
        module.main()
        print(flush=True)


if __name__ == "__main__":
    main()
