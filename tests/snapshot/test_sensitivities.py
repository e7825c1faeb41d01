"""Scores of layers go with a snapshot of their workload."""

from __future__ import annotations

from pathlib import Path

from quant.sensitivity.rated import Rated
from quant.snapshot.choice import NONE, Choice
from quant.snapshot.write import write
from quant.store import Store, open_store
from tests.sensitivity.samples import sensitivity


def test_scores_and_histograms_of_what_is_shown_go_along(
    store: Store, home: Path, tmp_path: Path
) -> None:
    mine = Rated(sensitivity(), b"histograms")
    store.keep_sensitivities([mine, Rated(sensitivity(workload="fashion-vit", key="v"), b"")])
    target = tmp_path / "snapshot"
    write(store, home, target, Choice(files=NONE))
    with open_store(f"sqlite:///{target / 'bitfront.db'}") as copy:
        assert copy.sensitivity("fashion-resnet") == mine.sensitivity
        assert copy.histograms("k") == b"histograms"
        assert copy.sensitivity("fashion-vit") is None
