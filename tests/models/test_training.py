"""A run that is interrupted ends as one that was not."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from models.zoo import train_fashion
from models.zoo.schedules import Schedule


def tiny() -> nn.Module:
    return nn.Sequential(nn.Conv2d(1, 4, 3, 2), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(676, 10))


@pytest.fixture
def few_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = torch.Generator().manual_seed(0)
    pictures = torch.randn(24, 1, 28, 28, generator=draw)
    monkeypatch.setattr(
        train_fashion, "training_pictures", lambda: (pictures, torch.arange(24) % 10)
    )


@pytest.mark.parametrize(
    "schedule",
    [
        Schedule(build=tiny, epochs=3, batch=8, peak_rate=0.01),
        Schedule(
            build=tiny,
            epochs=3,
            batch=8,
            peak_rate=0.01,
            optimiser="adamw",
            bfloat16=True,
            erase=0.0,
        ),
    ],
    ids=lambda schedule: schedule.optimiser,
)
@pytest.mark.usefixtures("few_pictures")
def test_an_interrupted_run_goes_on_where_it_was(
    schedule: Schedule, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = train_fashion.train(schedule, tmp_path / "whole.pt")
    checkpoint, looks = tmp_path / "stopped.pt", iter([0.1])

    def stopping(*_: object) -> float:
        try:
            return next(looks)
        except StopIteration:
            raise KeyboardInterrupt from None

    with monkeypatch.context() as patch:
        patch.setattr(train_fashion, "accuracy", stopping)
        with pytest.raises(KeyboardInterrupt):
            train_fashion.train(schedule, checkpoint)
    assert checkpoint.exists()
    again = train_fashion.train(schedule, checkpoint)
    assert not checkpoint.exists()
    for name, value in again.state_dict().items():
        torch.testing.assert_close(value, whole.state_dict()[name])
