"""What the engine does when layers are tried: scores first, then what a method gains."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from quant.errors import DataError
from quant.jobs import engine
from quant.jobs.requests import SENSITIVITY, Task
from quant.recipe import Recipe
from quant.sensitivity.histograms import pack
from quant.sensitivity.rated import Rated
from tests.bits.samples import network

FOUND = Rated(network(5), pack(()))


def task(method: str) -> Task:
    recipe = Recipe(4, 8, method, "mse")
    return Task(1, "fashion-resnet", recipe, None, None, None, "onnxruntime", fresh=False,
                attempt=1, fence="f", worker="w", purpose=SENSITIVITY)  # fmt: skip


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was asked for, in order: the method of the scores, and of what is gained."""
    calls: list[str] = []

    def rated(request: Any, *_: Any, fresh: bool) -> Rated:
        calls.append(f"scores of {request.recipe.method}")
        return FOUND

    def gained(request: Any, *_: Any) -> dict[str, float]:
        calls.append(f"gains of {request.recipe.method}")
        raise DataError("there are too few pictures; add some")

    monkeypatch.setattr("quant.perturb.rate.rated", rated)
    monkeypatch.setattr("quant.gained.gained", gained)
    return calls


def test_a_method_that_learns_is_judged_over_plain_rounding(
    asked: list[str], tmp_path: Path
) -> None:
    assert engine.rate(task("gptq"), tmp_path, lambda *_: None) is FOUND  # though that failed
    assert asked == ["scores of mse", "gains of gptq"]


def test_plain_rounding_gains_nothing(asked: list[str], tmp_path: Path) -> None:
    assert engine.rate(task("nearest"), tmp_path, lambda *_: None) is FOUND
    assert asked == ["scores of nearest"]
