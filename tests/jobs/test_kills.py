"""Real processes, killed with SIGKILL at random moments; `make bench` does thirty rounds."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from benchmarks.killing import round_of
from quant.jobs.requests import SweepRequest
from quant.recipe import Recipe
from tests.jobs.conftest import ENGINE

RECIPES = tuple(Recipe(bits, 8) for bits in (8, 7, 6, 5, 4, 3, 2))
QUICK = {
    "BITFRONT_ENGINE": ENGINE,
    "BITFRONT_FIRST_SWEEP": "0",
    "BITFRONT_IDLE_SECONDS": "5",
}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nothing_is_lost_or_doubled_by_killing(tmp_path: Path, seed: int) -> None:
    (tmp_path / "pace").write_text("0.4")
    request = SweepRequest("fashion-resnet", RECIPES)
    found = round_of(tmp_path, request, QUICK, 3, (0.1, 1.5), random.Random(seed))
    assert found.killed
    assert found.faults == []
