"""Devices: every figure has a source, and what is unknown stays unknown."""

from __future__ import annotations

from dataclasses import fields

import pytest

from quant.devices.device import FIGURES, KINDS, Device, Published, Source
from quant.devices.table import device, devices
from quant.errors import DataError, RequestError


def test_there_are_devices_of_every_kind_in_that_order() -> None:
    kinds = [one.kind for one in devices()]
    assert set(kinds) == set(KINDS)
    assert kinds == sorted(kinds, key=KINDS.index)
    assert len({one.id for one in devices()}) == len(kinds)


@pytest.mark.parametrize("one", devices(), ids=lambda one: one.id)
def test_every_figure_names_a_publication(one: Device) -> None:
    known = [getattr(one, name) for name in FIGURES if getattr(one, name) is not None]
    assert known
    for figure in known:
        assert figure.value > 0
        assert figure.source.title
        assert figure.source.publisher
        assert figure.source.date[:2] == "20"
        assert figure.source.url.startswith("https://")


def test_what_nobody_published_is_none() -> None:
    assert device("galaxy-s24-ultra").bandwidth is None
    assert device("esp32-s3").int8 is None


def test_figures_are_the_optional_fields() -> None:
    assert {field.name for field in fields(Device) if field.default is None} == set(FIGURES)


def test_an_unknown_device_is_a_sentence() -> None:
    with pytest.raises(RequestError, match="there is no device 'toaster'; there are poco"):
        device("toaster")


def test_a_figure_of_nothing_is_refused() -> None:
    with pytest.raises(DataError, match="leave it out"):
        Published(0.0, Source("a", "b", "2024", "https://c"))


def test_a_kind_that_is_none_is_refused() -> None:
    with pytest.raises(DataError, match="must be of phone"):
        Device("a", "A", "fridge", "a chip")
