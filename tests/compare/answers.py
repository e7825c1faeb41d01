"""Made-up answers to eight pictures of three classes."""

from __future__ import annotations

from typing import Any

import numpy as np

from quant.compare.sides import Side
from quant.recipe import Recipe
from quant.samples import QUANTILES, Samples
from tests.pages.samples import measurement

NAMES = ("cat", "dog", "fox")
TRUTH = [0, 0, 0, 1, 1, 1, 2, 2]
BEFORE = [0, 0, 1, 1, 1, 2, 2, 0]
AFTER = [0, 1, 0, 1, 2, 0, 2, 0]  # loses 1 and 4, gains 2, and is wrong otherwise about 5
SURE = [0.9, 0.6, 0.5, 0.9, 0.8, 0.7, 0.9, 0.4]
DATA = "0123456789ab"


def samples(said: list[int], **changes: Any) -> Samples:
    values: dict[str, Any] = {
        "predictions": np.array(said),
        "confidence": np.array(SURE[: len(said)]),
        "labels": np.array(TRUTH[: len(said)]),
        "signal": np.array([4.0, 9.0, 1.0]),
        "noise": np.array([0.04, 0.0009, 0.0]),
        "runs_ms": np.linspace(0.2, 0.3, len(QUANTILES)),
        "fp32_runs_ms": np.linspace(0.6, 0.9, len(QUANTILES)),
    }
    return Samples(**(values | changes))


def side(letter: str, said: list[int], recipe: Recipe | None = None, **changes: Any) -> Side:
    point = measurement(recipe, **({"n": len(said), "data_id": DATA} | changes))
    return Side(letter, point, samples(said))
