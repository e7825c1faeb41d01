"""Presets: readable, editable, and honest about what was not measured."""

from __future__ import annotations

import pytest

from pages.parts.controls import LATENCIES, LOSSES, SIZES
from quant.devices.table import device
from quant.present.asked import PRIORITIES
from quant.present.presets import Preset, caveat, preset, presets


def test_there_are_the_five_situations() -> None:
    assert [one.id for one in presets()] == ["voice", "translator", "drone", "camera", "server"]
    assert preset("drone") is presets()[2]
    assert preset("teapot") is None


@pytest.mark.parametrize("one", presets(), ids=lambda one: one.id)
def test_every_preset_is_made_of_choices_that_the_page_offers(one: Preset) -> None:
    assert one.size in SIZES
    assert one.loss in LOSSES
    assert one.latency in LATENCIES
    assert one.matters in PRIORITIES
    assert device(one.device).id == one.device
    assert one.words.endswith(".")


def test_a_model_of_another_kind_is_said_to_illustrate() -> None:
    voice = preset("voice")
    assert voice is not None
    assert caveat(voice, "Fashion-MNIST") == (
        "This preset illustrates a budget. The model shown does image classification, and nothing "
        "was measured on speech recognition."
    )


def test_the_same_kind_is_still_other_pictures() -> None:
    camera = preset("camera")
    assert camera is not None
    assert "was measured on Fashion-MNIST, and on no pictures of your own" in caveat(
        camera, "Fashion-MNIST"
    )
