"""The model: layers take the longer of operations and bytes; what is not known is not modelled."""

from __future__ import annotations

from dataclasses import replace
from math import inf

import pytest

from quant.devices.checked import DOCUMENTED, Check, checked
from quant.devices.device import Device, Published, Source
from quant.devices.energy import BYTE_PJ, FLOAT_PJ, INTEGER_PJ, millijoules, pictures_a_charge
from quant.devices.modelled import Fits, modelled
from quant.devices.roofline import (
    FLOAT_EFFICIENCY,
    INTEGER_EFFICIENCY,
    Peaks,
    milliseconds,
)
from quant.devices.work import work
from quant.recipe import Recipe
from tests.devices.samples import PEAKS, point

SOURCE = Source("a data sheet", "a maker", "2024", "https://example.org")
EXACT = Check(1, 1, 1.0, 1.0, 1.0, 1, 1.0, 1.0)


def figure(value: float) -> Published:
    return Published(value, SOURCE)


def whole(**changes: Published | None) -> Device:
    figures = {
        "bandwidth": figure(20), "int8": figure(400), "float32": figure(100), "memory": figure(4),
        "storage": figure(64), "power": figure(5), "battery": figure(18),
    }  # fmt: skip
    return Device("one", "One", "phone", "a chip", **(figures | changes))


def test_each_layer_takes_the_longer_of_its_operations_and_its_bytes() -> None:
    found = work(point().outcomes)
    busy, wide = 44e6 / 400e9, (4.4e6 + 200) / 20e9
    expected = 1000 * (busy + wide) / INTEGER_EFFICIENCY
    assert milliseconds(found, Peaks(*PEAKS)) == pytest.approx(expected)


def test_float_layers_count_at_the_float_peak_and_four_bytes() -> None:
    found = work(point(Recipe.fp32(), "float32").outcomes)
    busy, wide = 44e6 / 100e9, 4 * (4.4e6 + 200) / 20e9
    expected = 1000 * (busy + wide) / FLOAT_EFFICIENCY
    assert milliseconds(found, Peaks(*PEAKS)) == pytest.approx(expected)
    assert found == work(point().outcomes).in_float


def test_a_batch_reads_weights_once() -> None:
    found = work(point().outcomes)
    one, eight = (milliseconds(found, Peaks(*PEAKS), batch) for batch in (1, 8))
    assert one < eight < 8 * one


def test_four_bit_codes_are_bytes_once_loaded() -> None:
    assert work(point(Recipe(4, 8)).outcomes) == work(point(Recipe(8, 8)).outcomes)


def test_a_figure_that_nobody_published_leaves_latency_out_and_is_named() -> None:
    found = modelled(point(), whole(bandwidth=None), DOCUMENTED)
    assert found.latency_ms is None
    assert found.gain is None
    assert found.rated_mj is None
    assert found.lacks == ("memory bandwidth",)
    assert found.fits_storage is Fits.YES


def test_a_float_figure_is_needed_for_the_gain_only() -> None:
    found = modelled(point(), whole(float32=None), DOCUMENTED)
    assert found.latency_ms is not None
    assert found.gain is None


def test_the_error_widens_latency_and_gain() -> None:
    found = modelled(point(), whole(), Check(20, 4, 0.5, 2.0, 1.6, 16, 0.8, 1.25))
    assert found.latency_ms is not None
    assert found.gain is not None
    assert found.latency_ms.low == pytest.approx(found.latency_ms.middle / 2)
    assert found.latency_ms.high == pytest.approx(found.latency_ms.middle * 2)
    assert found.gain.low == pytest.approx(found.gain.middle / 1.25)
    assert found.gain.high == pytest.approx(found.gain.middle / 0.8)


def test_fp32_gains_nothing_over_itself() -> None:
    assert modelled(point(Recipe.fp32(), "float32"), whole(), EXACT).gain is None


@pytest.mark.parametrize(
    ("room", "fits"), [(4.0, Fits.YES), (0.004, Fits.NO), (None, Fits.UNKNOWN)]
)
def test_memory_holds_loaded_weights_and_the_largest_layers_values(
    room: float | None, fits: Fits
) -> None:
    found = modelled(point(), whole(memory=None if room is None else figure(room)), EXACT)
    assert found.memory_bytes == 4_401_000 + 200
    assert found.fits_memory is fits


def test_storage_holds_the_file_itself() -> None:
    small = whole(storage=figure(0.001))
    assert modelled(point(size_bytes=900_000), small, EXACT).fits_storage is Fits.YES
    assert modelled(point(size_bytes=1_100_000), small, EXACT).fits_storage is Fits.NO


def test_values_that_were_not_kept_leave_memory_unknown() -> None:
    old = point()
    old = replace(old, outcomes=tuple(replace(one, inputs=0, outputs=0) for one in old.outcomes))
    found = modelled(old, whole(), EXACT)
    assert not found.flow_known
    assert found.fits_memory is Fits.UNKNOWN
    assert found.latency_ms is not None  # of operations and weights alone, which the page says


def test_a_point_without_layers_models_nothing() -> None:
    found = modelled(point(outcomes=()), whole(), EXACT)
    assert (found.latency_ms, found.energy_mj, found.memory_bytes) == (None, None, None)
    assert found.lacks == ("the layers' operations",)


def test_energy_counts_operations_and_bytes() -> None:
    macs, moved = 44_001_000, 4_401_000 + 400
    assert millijoules(work(point().outcomes)) == pytest.approx(
        (macs * INTEGER_PJ + moved * BYTE_PJ) * 1e-9
    )
    floats = work(point(Recipe.fp32(), "float32").outcomes)
    assert millijoules(floats) == pytest.approx((macs * FLOAT_PJ + 4 * moved * BYTE_PJ) * 1e-9)


def test_a_charge_pays_for_pictures_where_the_battery_is_known() -> None:
    assert pictures_a_charge(whole(), 1.0) == pytest.approx(18 * 3600 * 1000)
    assert pictures_a_charge(whole(battery=None), 1.0) is None
    assert pictures_a_charge(whole(), 0.0) is None


def test_the_check_finds_how_far_the_model_was() -> None:
    peaks = Peaks(*PEAKS)
    quick = milliseconds(work(point().outcomes), peaks)
    slow = milliseconds(work(point().outcomes).in_float, peaks)
    given = point(latency_ms=2 * quick, latency_ratio=quick / slow * 1.5)
    fp32 = point(Recipe.fp32(), "float32", latency_ms=0.5 * slow)
    found = checked([given, fp32])
    assert found is not None
    assert (found.n, found.networks, found.gain_n) == (2, 1, 1)
    assert (found.low, found.high) == (pytest.approx(0.5), pytest.approx(2.0))
    assert found.typical == pytest.approx(2.0)
    assert (found.gain_low, found.gain_high) == (pytest.approx(1.5), pytest.approx(1.5))


def test_points_without_peaks_or_latency_check_nothing() -> None:
    assert checked([point(peaks=None), point(latency_ms=inf), point(outcomes=())]) is None


def test_few_networks_do_not_narrow_the_error() -> None:
    narrow = Check(2, 1, 0.9, 1.1, 1.1, 1, 0.95, 1.05)
    wide = narrow.widened(DOCUMENTED)
    assert (wide.n, wide.low, wide.high) == (2, DOCUMENTED.low, DOCUMENTED.high)
    assert wide.gain_high == DOCUMENTED.gain_high
