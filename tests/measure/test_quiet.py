"""Rounds in which the reference kernel was slow are taken again, or told."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from quant.measure.quiet import (
    BUSY,
    REMEMBERED_SECONDS,
    REPEATS,
    ROUNDS,
    Quiet,
    Timed,
    remember,
    remembered,
)
from quant.measure.timer import Round

MS = 0.001


def rounds(*references: float) -> Callable[[int], Round]:
    """Rounds whose reference kernel takes so many ms; the file's runs say which round it is."""
    told: Iterator[float] = iter(references)
    return lambda number: Round(((float(number),),), next(told) * MS)


def kept(found: tuple[Timed, ...]) -> list[int]:
    return [int(one.seconds[0][0]) for one in found]


def test_quiet_rounds_are_taken_once() -> None:
    quiet = Quiet()
    found = quiet.start(rounds(1.0, 1.1, 1.0, 1.2), 1.0 * MS)
    assert kept(found) == [0, 1, 2, 3]
    assert quiet.repeats == REPEATS
    assert quiet.note([found]) == ""


def test_a_slow_round_is_taken_again_and_left_out() -> None:
    quiet = Quiet()
    # The kernel runs before and after each round: one slow reading spoils both its neighbours.
    found = quiet.start(rounds(1.0, 3.0, 1.0, 1.0, 1.0, 1.0), 1.0 * MS)
    assert kept(found) == [0, 3, 4, 5]
    assert quiet.repeats == REPEATS - 2
    assert quiet.note([found]) == ""


def test_repeats_are_bounded_and_what_stays_slow_is_told() -> None:
    quiet = Quiet(known=1.0 * MS)
    starts = [quiet.start(rounds(*[2.0] * (ROUNDS + REPEATS)), 2.0 * MS)]
    assert quiet.repeats == 0
    starts.append(quiet.start(rounds(*[2.0] * ROUNDS), 2.0 * MS))
    note = quiet.note(starts)
    assert note.startswith(f"{BUSY} in {2 * ROUNDS} of {2 * ROUNDS} rounds")
    assert "took 2 ms in them and 1 ms at its quickest, so read the ratio" in note


def test_on_a_machine_that_is_far_too_busy_the_ratio_is_called_rough() -> None:
    quiet = Quiet(known=1.0 * MS)
    starts = [quiet.start(rounds(*[5.0] * (ROUNDS + REPEATS)), 5.0 * MS)]
    assert "even the ratio to FP32 is rough" in quiet.note(starts)


def test_throttling_throughout_is_seen_by_what_was_known_before() -> None:
    slow = [2.0] * (ROUNDS + REPEATS)
    alone, known = Quiet(), Quiet(known=1.0 * MS)
    assert alone.note([alone.start(rounds(*slow), 2.0 * MS)]) == ""
    assert known.note([known.start(rounds(*slow), 2.0 * MS)]).startswith(BUSY)


def test_throttling_that_begins_midway_is_seen() -> None:
    quiet = Quiet()
    first = quiet.start(rounds(*[1.0] * ROUNDS), 1.0 * MS)
    second = quiet.start(rounds(*[1.6] * (ROUNDS + REPEATS)), 1.6 * MS)
    assert f"{ROUNDS} of {2 * ROUNDS} rounds" in quiet.note([first, second])


def test_the_quickest_is_kept_for_a_day(tmp_path: Path) -> None:
    path = tmp_path / "cache" / "reference"
    assert remembered(path) is None
    quiet = Quiet()
    quiet.start(rounds(*[1.0] * ROUNDS), 1.0 * MS)
    remember(path, quiet)
    assert remembered(path) == 1.0 * MS
    remember(path, Quiet(known=1.0 * MS, seen=[1.5 * MS]))
    assert remembered(path) == 1.0 * MS
    yesterday = time.time() - REMEMBERED_SECONDS - 1
    os.utime(path, (yesterday, yesterday))
    assert remembered(path) is None


def test_a_damaged_memory_is_forgotten(tmp_path: Path) -> None:
    (tmp_path / "quiet").write_text("soon")
    assert remembered(tmp_path / "quiet") is None
