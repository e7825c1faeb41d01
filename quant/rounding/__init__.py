"""From float weights to integer codes: one method a file, and the table of them."""

from __future__ import annotations

from quant.rounding.codes import Codes, Rounding
from quant.rounding.mse import round_mse
from quant.rounding.nearest import round_nearest

ROUNDING: dict[str, Rounding] = {"nearest": round_nearest, "mse": round_mse}

__all__ = ["ROUNDING", "Codes", "Rounding"]
