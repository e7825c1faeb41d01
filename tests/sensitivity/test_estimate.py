"""How long it will take, by what took how long before."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.workload import workload
from quant.sensitivity.estimate import LEAST_SECONDS, MOST_SECONDS, seconds
from quant.sensitivity.rated import Rated
from quant.store import open_store
from tests.sensitivity.samples import sensitivity


def test_what_was_tried_before_tells(tmp_path: Path) -> None:
    lite, resnet = workload("imagenet-lite0"), workload("fashion-resnet")
    with open_store(f"sqlite:///{tmp_path / 'bitfront.db'}") as store:
        assert 60 < seconds(store, lite) < MOST_SECONDS
        assert seconds(store, resnet) == LEAST_SECONDS
        store.keep_sensitivities([Rated(sensitivity(seconds=50.0), b"")])
        assert seconds(store, resnet) == 50.0
        assert seconds(store, lite) == MOST_SECONDS
        quick = sensitivity(workload="imagenet-lite0", key="other", seconds=70.0)
        store.keep_sensitivities([Rated(quick, b"")])
        assert seconds(store, lite) == pytest.approx(70.0)
