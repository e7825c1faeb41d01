"""The machine a number belongs to."""

from __future__ import annotations

import hashlib
import platform
import sys
from functools import cache
from pathlib import Path

import psutil

from quant.records import Machine

TELLING = ("avx2", "avx512f", "avx512_vnni", "avx_vnni", "amx_int8", "asimddp", "i8mm")


@cache
def this_machine() -> Machine:
    """Processor, cores, memory and the instruction sets that bear on integer kernels."""
    cpu, flags = _processor()
    cores = psutil.cpu_count(logical=False) or psutil.cpu_count() or 1
    sets = tuple(name for name in TELLING if name in flags)
    memory_gb = round(psutil.virtual_memory().total / 2**30)
    system = f"{platform.system()} {platform.machine()}"
    facts = (cpu, str(cores), str(memory_gb), *sets, system)
    return Machine(
        id=hashlib.sha256("|".join(facts).encode()).hexdigest()[:12],
        cpu=cpu,
        cores=cores,
        memory_gb=float(memory_gb),
        instruction_sets=sets,
        system=system,
    )


def _processor() -> tuple[str, set[str]]:
    """Name and feature flags, from the kernel where it tells them."""
    name, flags = platform.processor() or platform.machine(), set[str]()
    info = Path("/proc/cpuinfo")
    if sys.platform == "linux" and info.exists():
        for line in info.read_text().splitlines():
            key, _, value = line.partition(":")
            if key.strip() == "model name":
                name = " ".join(value.split())
            if key.strip() in ("flags", "Features"):
                flags |= set(value.split())
    return name, flags
