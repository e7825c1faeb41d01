"""Measurements whose layers have known operations and bytes."""

from __future__ import annotations

from typing import Any

from quant.recipe import Recipe
from quant.records import LayerOutcome, Measurement
from tests.pages.samples import measurement

PEAKS = (100.0, 400.0, 20.0)  # 10⁹ multiply-adds a second in float and in 8 bits, 10⁹ bytes


def layer(name: str, macs: int, parameters: int, kernel: str, flow: int = 100) -> LayerOutcome:
    bits = 32 if kernel == "float32" else 8
    return LayerOutcome(
        name, "Conv", bits, bits, macs, parameters, kernel, inputs=flow, outputs=flow
    )


def point(recipe: Recipe | None = None, kernel: str = "QLinearConv", **changes: Any) -> Measurement:
    """Two layers, one bound by operations and one by bytes."""
    outcomes = (
        layer("busy", 44_000_000, 1_000, kernel),
        layer("wide", 1_000, 4_400_000, kernel),
        LayerOutcome("mean", "ReduceMean", 32, 32, 0, 0, "", kept="no kernel"),
    )
    return measurement(recipe, **({"outcomes": outcomes, "peaks": PEAKS} | changes))
