"""What was measured of a network in PyTorch."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any, Self

from quant.records import Machine

EAGER, COMPILED = "eager", "compiled"
FLOAT32, BFLOAT16 = "float32", "bfloat16"


@dataclass(frozen=True, slots=True)
class Reference:
    """One way to run a network in PyTorch. Milliseconds of one run on `batch` pictures, with 95 %
    intervals; `latency_ratio` is its share of ONNX Runtime's FP32, timed in turns with it.

    `accuracy` and `agreement` (with PyTorch's own eager float32) are fractions of `n` pictures;
    None where they were not measured.
    """

    workload: str
    how: str
    dtype: str
    latency_ms: float
    latency_low_ms: float
    latency_high_ms: float
    latency_ratio: float
    latency_ratio_low: float
    latency_ratio_high: float
    batch: int
    threads: int
    machine: Machine
    torch: str
    measured_at: str
    data: str = ""
    n: int = 0
    accuracy: float | None = None
    agreement: float | None = None
    note: str = ""

    @property
    def label(self) -> str:
        """`PyTorch compiled, bfloat16`."""
        return f"PyTorch {self.how}, {self.dtype}"

    @property
    def place(self) -> tuple[str, str, str, int, int]:
        """What the newest of is shown: the way, where, and what it was timed at."""
        return self.how, self.dtype, self.machine.id, self.batch, self.threads

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """Read a stored one; keys of a later version are left aside."""
        known = {field.name for field in fields(cls)}
        kept = {key: value for key, value in values.items() if key in known}
        machine = dict(kept["machine"])
        machine["instruction_sets"] = tuple(machine["instruction_sets"])
        return cls(**kept | {"machine": Machine(**machine)})
