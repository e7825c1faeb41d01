"""A point's account, a line a layer: what the page, the command line and exports show alike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from quant.breakdown.record import CLIP, CONVERSION, FLOAT, INTEGER, LAYOUT, Breakdown, Operation

CALL = "the call itself"


@dataclass(frozen=True, slots=True)
class Line:
    """One layer with all that follows it until the next one, in FP32 and in this file.

    Milliseconds at batch 1, apart by kind. `limit_ms` is what the machine's peaks allow at best,
    by multiply-adds and by bytes, whichever takes longer; None for the call. `noise_share` is the
    layer's part of the noise of all layers quantised one at a time, None where not tried.
    """

    layer: str
    op: str
    macs: int
    fp32_ms: float
    ms: float
    integer_ms: float
    float_ms: float
    conversion_ms: float
    clip_ms: float
    layout_ms: float
    fp32_limit_ms: float | None
    limit_ms: float | None
    noise_share: float | None

    @property
    def slower_ms(self) -> float:
        return self.ms - self.fp32_ms

    def to_row(self) -> dict[str, Any]:
        return asdict(self)


def lines(found: Breakdown) -> tuple[Line, ...]:
    """In network order; the call comes last. Each file's column sums to its latency."""
    before, after = _by_row(found.fp32.operations), _by_row(found.given.operations)
    shares = noise_shares(found)
    made = [
        _line(
            found,
            row.name,
            row.op,
            row.macs,
            before[row.name],
            after[row.name],
            shares.get(row.name),
        )
        for row in found.rows
        if before[row.name] or after[row.name]
    ]
    call = Line(CALL, "", 0, found.fp32.call_ms, found.given.call_ms, 0, 0, 0, 0, 0, None, None,
                None)  # fmt: skip
    return (*made, call)


def noise_shares(found: Breakdown) -> dict[str, float]:
    """Each layer's part of the noise of all layers quantised one at a time; they sum to 1."""
    if found.origin is None:
        return {}
    total = sum(one.noise for one in found.origin.alone)
    return {one.layer: one.noise / total for one in found.origin.alone} if total else {}


def of_kind(operations: Iterable[Operation], kind: str) -> float:
    """Milliseconds."""
    return sum(one.ms for one in operations if one.kind == kind)


def limit_ms(found: Breakdown, operations: Iterable[Operation], macs: int) -> float:
    """The least that these operations can take at this machine's peaks: the roofline.

    Multiply-adds count at the 8-bit peak where they run on an integer kernel. Source: Williams,
    Waterman and Patterson 2009, Commun. ACM 52 (4), 65-76.
    """
    each = list(operations)
    longest = max(each, key=lambda one: one.ms, default=None)
    integer = longest is not None and any(
        one.kind == INTEGER and one.ms >= longest.ms / 2 for one in each
    )
    peaks = found.peaks
    computing = macs / (peaks.integer_gmacs if integer else peaks.float_gmacs) / 1e6
    whole = found.given if _is_of(each, found.given.operations) else found.fp32
    footprint = sum(one.moved_bytes for one in whole.operations)
    moving = sum(one.moved_bytes for one in each) / peaks.bandwidth_gbs(footprint) / 1e6
    return max(computing, moving)


def _is_of(some: list[Operation], every: tuple[Operation, ...]) -> bool:
    return not some or some[0] in every


def _line(
    found: Breakdown, name: str, op: str, macs: int, before: list[Operation],
    after: list[Operation], noise_share: float | None,
) -> Line:  # fmt: skip
    return Line(
        layer=name,
        op=op,
        macs=macs,
        fp32_ms=sum(one.ms for one in before),
        ms=sum(one.ms for one in after),
        integer_ms=of_kind(after, INTEGER),
        float_ms=of_kind(after, FLOAT),
        conversion_ms=of_kind(after, CONVERSION),
        clip_ms=of_kind(after, CLIP),
        layout_ms=of_kind(after, LAYOUT),
        fp32_limit_ms=limit_ms(found, before, macs),
        limit_ms=limit_ms(found, after, macs),
        noise_share=noise_share,
    )


def _by_row(operations: Iterable[Operation]) -> dict[str, list[Operation]]:
    rows: dict[str, list[Operation]] = defaultdict(list)
    for one in operations:
        rows[one.row].append(one)
    return rows
