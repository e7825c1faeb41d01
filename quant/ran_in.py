"""Which runtime a point's figures are of, in words."""

from __future__ import annotations

from quant.records import Measurement


def ran_in(point: Measurement) -> str:
    """`openvino 2026.4.1`; where that was chosen, also what FP32's figures are of."""
    if not point.executed_by:
        return point.runtime
    quicker = f"{point.executed_by}, the quicker for this point"
    if point.recipe.is_fp32 or point.fp32_ran_in == point.ran_in:
        return quicker
    return f"{quicker}; FP32's is {point.fp32_ran_in}"
