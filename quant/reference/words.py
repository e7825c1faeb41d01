"""What is said of a network in PyTorch, on the page and on the command line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from quant.marks import Mark
from quant.reference.record import Reference

WHAT = (
    "The same network in PyTorch on this machine, timed in turns with ONNX Runtime's FP32: no file "
    "that could be downloaded, and never on the front."
)


def row(one: Reference) -> dict[str, Any]:
    """One flat object, as `--json` prints it."""
    told = one.to_dict()
    told["machine"], told["machine_id"] = one.machine.label, one.machine.id
    return {"label": one.label} | told


def marks(found: Iterable[Reference]) -> tuple[Mark, ...]:
    """The quickest of each way."""
    ordered = sorted(found, key=lambda one: -one.latency_ms)
    ways = {one.how: Mark(one.label, one.latency_ms) for one in ordered}
    return tuple(sorted(ways.values(), key=lambda mark: mark.ms))


def ratio(one: Reference) -> str:
    """`1.80 (1.72 to 1.88)` times FP32's latency in ONNX Runtime."""
    low, high = one.latency_ratio_low, one.latency_ratio_high
    return f"{one.latency_ratio:.2f} ({low:.2f} to {high:.2f})"


def sentence(one: Reference) -> str:
    """What was in the way, or nothing."""
    return one.note and f"{one.note[:1].upper()}{one.note[1:]}."
