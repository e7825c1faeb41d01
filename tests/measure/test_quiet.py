"""Timing again on a busy machine."""

from __future__ import annotations

from pathlib import Path

from quant.measure.latency import Latency
from quant.measure.quiet import ATTEMPTS, quietest
from quant.stats import Interval


def pair(fp32_ms: float) -> tuple[Latency, Latency]:
    return tuple(Latency(ms, Interval(ms, ms), 10) for ms in (fp32_ms / 2, fp32_ms))


def test_the_first_timing_is_taken_and_remembered(tmp_path: Path) -> None:
    (_, fp32), note = quietest(lambda: pair(2.0), tmp_path / "quiet")
    assert (fp32.median_ms, note, (tmp_path / "quiet").read_text()) == (2.0, "", "2.0")


def test_a_busy_attempt_is_repeated_and_the_quietest_kept(tmp_path: Path) -> None:
    (tmp_path / "quiet").write_text("1.0")
    times = iter([3.0, 1.1, 9.0])
    (_, fp32), note = quietest(lambda: pair(next(times)), tmp_path / "quiet")
    assert (fp32.median_ms, note) == (1.1, "")


def test_a_machine_that_stays_busy_is_noted(tmp_path: Path) -> None:
    (tmp_path / "quiet").write_text("1.0")
    times = iter([3.0, 2.0, 4.0])
    (_, fp32), note = quietest(lambda: pair(next(times)), tmp_path / "quiet")
    assert fp32.median_ms == 2.0
    assert f"busy in {ATTEMPTS} attempts" in note
    assert (tmp_path / "quiet").read_text() == "1.0"


def test_a_damaged_memory_is_forgotten(tmp_path: Path) -> None:
    (tmp_path / "quiet").write_text("soon")
    assert quietest(lambda: pair(2.0), tmp_path / "quiet")[1] == ""
