"""A made-up breakdown: three layers, a HardSwish that stays in float, and its conversions."""

from __future__ import annotations

from typing import Any

from quant.breakdown.record import (
    CONVERSION,
    FLOAT,
    INPUT,
    INTEGER,
    PICTURE,
    Alone,
    Breakdown,
    Operation,
    Origin,
    Part,
    Peak,
    Peaks,
    Row,
    Timed,
)
from quant.recipe import Recipe
from tests.pages.samples import CONTENT_SHA256, EPYC

ROWS = (
    Row(INPUT, "", 0),
    Row("stem", "Conv", 1_000_000),
    Row("body.0", "Conv", 20_000_000),
    Row("classifier", "Gemm", 100_000),
)
PEAKS = Peaks(
    threads=2,
    float_tries=(Peak("float matrix product of 512 × 512", 100.0),),
    integer_tries=(Peak("8-bit matrix product of 512 × 512", 400.0),),
    copies=((262_144, 100.0), (67_108_864, 10.0)),
    measured_at="2026-05-04T10:20:30+00:00",
)


def operation(
    op: str, row: str, ms: float, kind: str = INTEGER, serves: str = "", name: str = ""
) -> Operation:
    return Operation(name or f"{row}/{op}", op, kind, row, ms, 10_000, serves)


def timed(*operations: Operation, call_ms: float = 0.01, before_scaling: float = 1.04) -> Timed:
    latency = call_ms + sum(one.ms for one in operations)
    return Timed(latency, call_ms, 3.5, before_scaling, 400, operations)


def fp32() -> Timed:
    return timed(
        operation("Conv", "stem", 0.04, FLOAT),
        operation("HardSwish", "stem", 0.01, FLOAT),
        operation("Conv", "body.0", 0.40, FLOAT),
        operation("Gemm", "classifier", 0.02, FLOAT),
    )


def given() -> Timed:
    return timed(
        operation("QuantizeLinear", INPUT, 0.01, CONVERSION, PICTURE),
        operation("QLinearConv", "stem", 0.06),
        operation("DequantizeLinear", "stem", 0.02, CONVERSION, "HardSwish"),
        operation("HardSwish", "stem", 0.02, FLOAT),
        operation("QuantizeLinear", "stem", 0.03, CONVERSION, "HardSwish", "q"),
        operation("QLinearConv", "body.0", 0.10),
        operation("QGemm", "classifier", 0.01),
    )


def breakdown(recipe: Recipe | None = None, **changes: Any) -> Breakdown:
    """What is named in `changes` replaces what would be made up."""
    made_of = recipe or Recipe(8, 8)
    part = Part(500, 30.0, 0.004, -0.002, 0.010)
    values: dict[str, Any] = {
        "key": made_of.id + "0" * 8,
        "workload": "fashion-resnet",
        "recipe": made_of,
        "machine": EPYC,
        "runtime": "onnxruntime",
        "threads": 2,
        "fp32": fp32(),
        "given": fp32() if made_of.is_fp32 else given(),
        "rows": ROWS,
        "peaks": PEAKS,
        "origin": None
        if made_of.is_fp32
        else Origin(
            weights=part,
            activations=Part(500, 40.0, 0.0, -0.004, 0.004),
            both=Part(500, 29.0, 0.005, -0.001, 0.011),
            layer_n=100,
            alone=(Alone("stem", 0.0009), Alone("body.0", 0.0001), Alone("classifier", 0.0)),
        ),
        "seconds": 7.0,
        "made_at": "2026-05-04T10:20:30+00:00",
        "artifact_sha256": CONTENT_SHA256,
    }
    return Breakdown(**(values | changes))
