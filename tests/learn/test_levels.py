"""Pictures, sounds and numbers in few bits behave as the page says."""

from __future__ import annotations

import io
import math
import wave

import numpy as np
import pytest

from models.data import dataset
from models.workload import workload
from quant.learn import levels, line, picture, sound


@pytest.mark.parametrize("bits", range(1, 13))
def test_values_move_by_at_most_half_a_step(bits: int) -> None:
    values = np.linspace(-1, 1, 1001)
    after = levels.on_levels(values, bits)
    assert np.abs(values - after).max() <= 1 / 2**bits + 1e-12
    assert len(np.unique(after)) == min(2**bits, len(np.unique(after)))
    assert len(np.unique(after)) <= 2**bits


def test_the_constant_of_a_sine_at_full_scale_is_1_76_db() -> None:
    assert levels.offset_db(sound.sound("A pure tone")) == pytest.approx(10 * math.log10(1.5), 1e-3)
    assert pytest.approx(6.0206, 1e-4) == levels.DB_A_BIT


@pytest.mark.parametrize("name", sound.SOUNDS)
@pytest.mark.parametrize("bits", [8, 10, 12])
def test_the_rule_of_thumb_holds_with_many_bits_for_every_sound(name: str, bits: int) -> None:
    before = sound.sound(name)
    measured = levels.sqnr_db(before, levels.on_levels(before, bits))
    assert measured == pytest.approx(levels.expected_db(before, bits), abs=0.3)


def test_nothing_changed_is_no_noise() -> None:
    assert levels.sqnr_db(np.ones(3), np.ones(3)) == math.inf


def test_a_sound_is_a_file_that_browsers_play() -> None:
    with wave.open(io.BytesIO(sound.wav(sound.sound("A voice")))) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, sound.RATE)
        assert file.getnframes() == len(sound.sound("A voice"))


@pytest.mark.parametrize("bits", range(1, 9))
def test_a_picture_takes_as_many_bits_as_are_kept(bits: int) -> None:
    found = picture.posterised(picture.view(), bits)
    assert found.size_bytes == picture.view().size * bits // 8
    assert len(np.unique(found.pixels)) <= 2**bits
    assert found.error == 0 if bits == 8 else found.error > 0


def test_fewer_bits_are_further_off() -> None:
    errors = [picture.posterised(picture.view(), bits).error for bits in range(1, 9)]
    assert errors == sorted(errors, reverse=True)


def test_the_pictures_are_report_pictures_one_of_each_class() -> None:
    report = dataset(workload("fashion-resnet")).report
    for number, one in enumerate(picture.pictures()):
        first = int(np.flatnonzero(report.labels == number)[0])
        assert np.array_equal(one, report.pictures[first].squeeze())
    assert len(picture.pictures()) == 10


@pytest.mark.parametrize("bits", [2, 3, 5, 8])
@pytest.mark.parametrize("share", [10, 45, 100])
def test_rounding_and_clipping_make_up_the_whole_error(bits: int, share: int) -> None:
    found = line.line(bits, share)
    whole = float(np.square(found.values - found.after).mean())
    assert found.total == pytest.approx(whole)
    assert len(np.unique(found.after)) <= 2**bits


def test_covering_everything_clips_nothing_and_covering_less_does() -> None:
    assert line.line(3, 100).clipping == 0
    assert line.line(3, 20).clipping > line.line(3, 20).rounding


@pytest.mark.parametrize("bits", range(2, 9))
def test_the_best_share_has_the_least_error(bits: int) -> None:
    best = line.line(bits, line.best(bits)).total
    assert all(best <= line.line(bits, share).total for share in line.SHARES)


def test_with_few_bits_it_is_better_to_clip() -> None:
    assert line.best(2) < line.best(4) <= line.best(8) == 100
