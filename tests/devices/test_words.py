"""What is modelled says so, with its error; what is not known says that."""

from __future__ import annotations

from dataclasses import replace

from quant.devices import words
from quant.devices.checked import DOCUMENTED, Check
from quant.devices.modelled import modelled
from quant.devices.table import device, devices
from quant.recipe import Recipe
from tests.devices.samples import point

PHONE, UNKNOWN = device("poco-m6-pro"), device("galaxy-s24-ultra")


def test_a_sentence_says_that_it_is_modelled_and_gives_its_ends() -> None:
    said = words.sentence(modelled(point(), PHONE, DOCUMENTED))
    assert said.startswith("Modelled, not measured: on POCO M6 Pro 5G one picture takes about ")
    assert "× as fast as FP32 (" in said
    assert "less energy than FP32's" in said


def test_what_was_not_published_is_named() -> None:
    said = words.sentence(modelled(point(), UNKNOWN, DOCUMENTED))
    assert (
        "how long a picture takes is not known: its memory bandwidth and 8-bit throughput were "
        "not found published"
    ) in said
    lines = dict(words.rows(modelled(point(), UNKNOWN, DOCUMENTED)))
    assert lines["Latency, modelled"] == "not known"


def test_fp32_and_points_without_layers_have_sentences_too() -> None:
    fp32 = point(Recipe.fp32(), "float32")
    assert "as fast as FP32" not in words.sentence(modelled(fp32, PHONE, DOCUMENTED))
    assert dict(words.rows(modelled(fp32, PHONE, DOCUMENTED)))["Against FP32, modelled"] == (
        "the baseline"
    )
    bare = words.sentence(modelled(point(outcomes=()), PHONE, DOCUMENTED))
    assert "the layers of this file were not kept" in bare


def test_every_row_of_every_device_is_said() -> None:
    for one in devices():
        for name, value in words.rows(modelled(point(), one, DOCUMENTED)):
            assert name
            assert value
            assert "nan" not in value
            assert "inf" not in value


def test_every_published_figure_is_listed_or_said_to_be_unknown() -> None:
    listed = words.published(UNKNOWN)
    assert ("power", "not known", None) in listed
    assert any(value == "12 GB" for _, value, _ in listed)
    small = [value for _, value, _ in words.published(device("stm32h743"))]
    assert "1.00 MB" in small
    large = [value for _, value, _ in words.published(device("epyc-9654"))]
    assert "14,746 10⁹ multiply-adds/s" in large


def test_room_says_what_it_needs() -> None:
    small = device("stm32h743")
    lines = dict(words.rows(modelled(point(size_bytes=2_500_000), small, DOCUMENTED)))
    assert lines["Fits in storage"] == "no"
    assert lines["Fits in memory"] == "no: needs 4.40 MB of 1.00 MB"
    old = replace(point(), outcomes=tuple(replace(o, inputs=0) for o in point().outcomes))
    lines = dict(words.rows(modelled(old, small, DOCUMENTED)))
    assert lines["Fits in memory"] == "unknown: measure the file again"
    assert (
        dict(words.rows(modelled(point(), device("epyc-9654"), DOCUMENTED)))["Fits in memory"]
        == "unknown: not published"
    )


def test_the_error_is_stated_with_its_number_of_files() -> None:
    said = words.error(Check(20, 4, 0.47, 2.0, 1.67, 16, 0.67, 1.49), DOCUMENTED)
    assert "measured latencies were 0.47 to 2.0 times the modelled ones (n = 20 files of 4" in said
    assert "0.67 to 1.5 times what was modelled (n = 16)" in said
    assert "not checked yet" in words.error(None, DOCUMENTED)
    one = words.error(Check(1, 1, 1.0, 1.0, 1.0, 0, 1.0, 1.0), DOCUMENTED)
    assert "n = 1 file of 1 network," in one
    assert "n = 0" not in one
