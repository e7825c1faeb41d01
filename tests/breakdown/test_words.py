"""What is said of an account, also of awkward ones."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from quant.breakdown import chart
from quant.breakdown.lines import lines
from quant.breakdown.loss import class_words, classes, loss_words
from quant.breakdown.record import CLIP, FLOAT, Breakdown, Part
from quant.breakdown.rows import csv_text, json_text, sentences, to_row
from quant.breakdown.suggest import advice, nothing
from quant.breakdown.words import (
    account_words,
    instruction_set,
    limit_words,
    of_whole,
    time_words,
)
from quant.recipe import Recipe
from quant.samples import Samples
from tests.breakdown.samples import breakdown, fp32, given, operation, timed
from tests.pages.samples import XEON, measurement
from tests.snapshot.test_own_facts import kept


def said(found: Breakdown) -> str:
    return "\n".join(sentences(found))


def slow() -> Breakdown:
    """8 bits take 0.48 ms and float 0.26 ms."""
    return breakdown(fp32=given(), given=fp32())


def test_it_survives_json() -> None:
    for found in (breakdown(), breakdown(Recipe.fp32())):
        assert Breakdown.from_dict(json.loads(json.dumps(found.to_dict()))) == found


def test_what_has_no_kernel_is_told_with_its_conversions() -> None:
    assert (
        "HardSwish has no 8-bit kernel here: one HardSwish, 2 conversions around, "
        "0.070 of 0.260 ms." in said(breakdown())
    )


def test_what_could_run_in_integers_and_does_not_is_told_otherwise() -> None:
    given = timed(operation("QLinearConv", "stem", 0.1), operation("Add", "stem", 0.1, FLOAT))
    assert "Add stays in float in 1 places: no conversion around" in said(breakdown(given=given))


def test_layers_that_got_slower_are_named() -> None:
    assert "Slower than in FP32: stem (0.130 ms instead of 0.0500 ms)" in said(breakdown())


def test_nothing_slower_is_said() -> None:
    quick = timed(*(operation("QLinearConv", row, 0.01) for row in ("stem", "body.0")))
    assert "No layer takes longer than in FP32." in said(breakdown(given=quick))


def test_a_file_all_in_float_is_said_to_be_as_asked() -> None:
    found = breakdown(Recipe(4, 32), given=fp32())
    assert "Conv runs in float, as asked: 2 of them" in said(found)
    assert "as fast" in said(found)


def test_a_network_without_layers_still_has_an_account() -> None:
    bare = breakdown(fp32=timed(), given=timed(), rows=())
    assert "w8a8·nearest** takes 0.0100 ms" in time_words(bare)[0]
    assert limit_words(bare)[-1].startswith("The processor has VNNI")
    assert [line.ms for line in lines(bare)] == [0.01]
    chart.bars(bare)


def test_a_float_point_is_told_to_try_eight_bits() -> None:
    [one] = advice(breakdown(Recipe.fp32())).suggestions
    assert one.recipe == Recipe(8, 8)
    assert one.expected_ms < 0.48


def test_what_is_told_to_try_calibrates_with_the_pictures_there_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BITFRONT_HOME", str(kept(tmp_path)))
    found = replace(breakdown(Recipe.fp32()), workload="own/mine")
    [one] = advice(found).suggestions
    assert one.recipe == Recipe(8, 8, calibration_images=24)


def test_what_a_trial_took_stands_before_a_guess() -> None:
    [one] = advice(breakdown(Recipe.fp32(), trial_ms=0.3)).suggestions
    assert one.expected_ms == 0.3
    assert "when it was tried" in one.why
    slower = breakdown(Recipe(4, 32), trial_ms=0.6)
    assert advice(slower).suggestions == ()
    assert "a file of 8 bits was tried and takes 0.600 ms" in said(slower)


def test_a_float_point_on_a_machine_without_quick_8_bit_products_is_not() -> None:
    found = breakdown(Recipe.fp32())
    even = replace(found.peaks, integer_tries=found.peaks.float_tries)
    refused = advice(replace(found, peaks=even))
    assert refused.suggestions == ()
    assert "would not make up for the conversions" in nothing(found, ())


def test_a_slow_8_bit_file_is_told_to_try_weights_alone() -> None:
    [one] = advice(slow()).suggestions
    assert one.recipe == Recipe(8, 32)
    assert one.expected_ms == pytest.approx(0.26)


def test_narrow_activations_are_told_what_their_clips_cost() -> None:
    clipped = timed(operation("QLinearConv", "stem", 0.1), operation("Clip", "stem", 0.02, CLIP))
    found = breakdown(Recipe(4, 4), given=clipped)
    [one] = advice(found).suggestions
    assert one.recipe == Recipe(4, 8)
    assert one.expected_ms == pytest.approx(0.11)
    assert "1 Clips keep activations within 4 bits" in said(found)


def test_nothing_faster_is_said_with_its_reason() -> None:
    assert advice(breakdown()).suggestions == ()
    assert "its layers run on 8-bit kernels already" in said(breakdown())


def test_what_was_measured_here_stands_before_what_is_expected() -> None:
    quick = measurement(Recipe(8, 32), latency_ms=0.2, fp32_latency_ms=0.4)
    [one] = advice(slow(), [quick]).suggestions
    assert one.measured_ms == pytest.approx(0.13)
    tardy = replace(quick, latency_ratio=0.9 / quick.fp32_latency_ms)
    assert advice(slow(), [quick, replace(tardy, batch=8)]).suggestions == (one,)
    refuted = advice(slow(), [tardy])
    assert refuted.suggestions == ()
    assert "w8a32·nearest was measured and takes 0.585 ms" in nothing(slow(), refuted.refuted)
    elsewhere = replace(quick, machine=XEON)
    assert advice(slow(), [elsewhere]).suggestions[0].measured_ms is None


@pytest.mark.parametrize(
    ("sets", "words"),
    [
        (("avx2",), "lacks VNNI"),
        (("avx2", "avx_vnni"), "has VNNI"),
        (("asimddp",), "no i8mm"),
        (("asimddp", "i8mm"), "has i8mm"),
        (("avx512_vnni", "amx_int8"), "AMX"),
        ((), "tells of no instructions"),
    ],
)
def test_the_instruction_set_is_told(sets: tuple[str, ...], words: str) -> None:
    found = breakdown()
    told = instruction_set(replace(found, machine=replace(found.machine, instruction_sets=sets)))
    assert words in told
    assert "4.0× the float peak" in told


def test_a_part_is_no_finer_than_its_whole() -> None:
    assert of_whole(0.4123, 1.4) == "0.41 of 1.40 ms"
    assert of_whole(12.0, 1400.0) == "12.0 ms of 1,400 ms"


def test_the_account_says_how_it_was_made() -> None:
    told = account_words(breakdown(), latency_ms=0.5)
    assert "The profiler itself costs 3.5 µs an operation" in told
    assert "came to 104 % of the latency" in told
    assert "When the point was measured it took 0.500 ms" in told
    assert "When the point" not in account_words(breakdown(), latency_ms=0.25)


def test_a_loss_is_put_down_to_weights_and_layers() -> None:
    told = "\n".join(loss_words(breakdown()))
    assert "Most of the noise comes from weights: 10× that of activations." in told
    assert "stem 90 %, body.0 10 % and classifier 0 %" in told
    assert "weights alone, 30.0 dB and −0.4 pp (−1.0 to +0.2)" in told


def test_a_loss_without_noise_is_told() -> None:
    found = breakdown()
    assert found.origin is not None
    silent = Part(500, None, 0.0, -0.004, 0.004)
    still = replace(found.origin, activations=silent)
    assert "All of the noise comes from weights." in loss_words(replace(found, origin=still))
    none = replace(still, weights=silent, alone=())
    told = loss_words(replace(found, origin=none))
    assert "Neither adds noise." in told
    assert "No layer adds noise when it is quantised alone." in told
    large = replace(none, left_out="50 layers were not tried")
    assert "50 layers were not tried." in loss_words(replace(found, origin=large))


def test_classes_lose_what_they_lose() -> None:
    labels = np.array([0, 0, 0, 1, 1])
    sure = np.ones(5)
    before = Samples(np.array([0, 0, 0, 1, 0]), sure, labels)
    after = Samples(np.array([0, 1, 1, 1, 1]), sure, labels)
    found = classes(before, after, ("cat", "dog"))
    assert [(one.name, one.n, one.lost, one.gained) for one in found] == [
        ("cat", 3, 2, 0),
        ("dog", 2, 0, 1),
    ]
    assert "cat loses 66.7 pp (2 lost, 0 gained of 3)" in class_words(found)
    assert "No class of 2 loses pictures" in class_words(classes(before, before, ("cat", "dog")))
    assert "is not kept" in class_words(classes(before, replace(after, labels=None), ("cat",)))


def test_json_and_csv_hold_the_same_figures() -> None:
    row = json.loads(json_text(to_row(breakdown())))
    table = list(csv.DictReader(io.StringIO(csv_text(breakdown()))))
    assert [line["layer"] for line in row["layers"]] == [line["layer"] for line in table]
    assert [line["ms"] for line in row["layers"]] == [float(line["ms"]) for line in table]
    assert row["account_ms"] == pytest.approx(row["latency_ms"])
    assert row["words"][0] == "w8a8·nearest takes 0.260 ms where FP32 takes 0.480 ms beside it: " \
        "1.8× faster."  # fmt: skip


def test_many_layers_are_drawn_as_the_slowest_and_others() -> None:
    made = lines(breakdown())
    short = chart.shortened(made, 3)
    assert [line.layer for line in short] == ["stem", "body.0", "3 others"]
    assert sum(line.ms for line in short) == pytest.approx(sum(line.ms for line in made))
    assert chart.short("a" * 40) == "…" + "a" * 25


def test_the_figure_is_one_that_plotly_takes() -> None:
    import plotly.graph_objects as go

    for found in (breakdown(), breakdown(Recipe.fp32())):
        go.Figure(chart.bars(found).to_dict())
    assert "Most: stem" in chart.summary(breakdown())


def test_another_batch_is_named_instead_of_a_busy_machine() -> None:
    found = breakdown()
    told = account_words(found, latency_ms=0.5, timing=(8, found.threads))
    assert "The account is of batch 1 on" in told
    assert "busy" not in told
