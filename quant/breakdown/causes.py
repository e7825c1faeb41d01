"""What runs in float in a quantised file, and the conversions around it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from quant.breakdown.record import CLIP, CONVERSION, FLOAT, Breakdown, Operation

HAS_KERNEL = frozenset(
    ("Conv", "FusedConv", "Gemm", "FusedGemm", "MatMul", "FusedMatMul", "Add", "Mul", "Sigmoid",
     "Softmax", "AveragePool", "GlobalAveragePool", "MaxPool", "Relu", "Clip", "Concat")
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cause:
    """All operations of one kind that run in float, with the conversions that serve them."""

    op: str
    count: int
    ms: float
    conversions: int
    conversions_ms: float

    @property
    def whole_ms(self) -> float:
        return self.ms + self.conversions_ms

    @property
    def has_kernel(self) -> bool:
        """Whether the runtime could compute it in integers, in other surroundings."""
        return self.op in HAS_KERNEL


@dataclass(frozen=True, slots=True)
class Some:
    """How many operations, and their milliseconds."""

    count: int
    ms: float


def floats(found: Breakdown) -> tuple[Cause, ...]:
    """What costs most first; conversions between kinds that compute count with them."""
    operations = found.given.operations
    names = [one.op for one in operations if one.kind == FLOAT]
    causes = []
    for op in dict.fromkeys(names):
        own = some(one for one in operations if one.kind == FLOAT and one.op == op)
        around = some(one for one in operations if one.kind == CONVERSION and one.serves == op)
        causes.append(Cause(op, own.count, own.ms, around.count, around.ms))
    return tuple(sorted(causes, key=lambda cause: -cause.whole_ms))


def other_conversions(found: Breakdown) -> Some:
    """Of the picture, of the answer, of levels: those that serve no float operation."""
    computed = {one.op for one in found.given.operations if one.kind == FLOAT}
    return some(
        one for one in found.given.operations
        if one.kind == CONVERSION and one.serves not in computed
    )  # fmt: skip


def conversions(found: Breakdown) -> Some:
    return some(one for one in found.given.operations if one.kind == CONVERSION)


def clips(found: Breakdown) -> Some:
    """Clips of 8-bit codes to fewer bits."""
    return some(one for one in found.given.operations if one.kind == CLIP)


def some(operations: Iterable[Operation]) -> Some:
    each = list(operations)
    return Some(len(each), sum(one.ms for one in each))
