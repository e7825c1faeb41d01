"""`models`: the workloads there are."""

from __future__ import annotations

from dataclasses import asdict

from models.workload import WORKLOADS
from quant.commands.show import aligned, json_line


def run(*, as_json: bool) -> None:
    """Print a line a workload."""
    if as_json:
        for workload in WORKLOADS:
            print(json_line(asdict(workload)))
        return
    rows = [("name", "model", "parameters", "multiply-adds", "needs")]
    rows += [
        (
            workload.name,
            workload.title,
            f"{workload.parameters / 1e6:.1f} M",
            f"{workload.macs / 1e6:.0f} M",
            workload.needs_data or "nothing more",
        )
        for workload in WORKLOADS
    ]
    print(aligned(rows))
