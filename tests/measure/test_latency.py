"""Rounds of a file and FP32 in several process starts, with processes that only pretend."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import pytest

from quant.errors import ModelError
from quant.measure.latency import STARTS, Contender, rounds, timed
from quant.measure.quiet import REPEATS, ROUNDS
from quant.measure.timer import Round, Subject

PICTURE = np.zeros((1, 1, 28, 28), np.float32)
REFERENCE = 0.0004


class Pretending:
    """A timing process whose files take fixed seconds on a machine with slow spells."""

    def __init__(self, seconds: Sequence[float], slow: frozenset[int], failing: str = "") -> None:
        self.seconds = seconds
        self.slow = slow
        self.failing = failing
        self.rounds: list[tuple[list[int], list[int]]] = []
        self.subject: Subject | None = None
        self.waited = self.closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def wait(self) -> None:
        self.waited = True

    def load(self, subject: Subject) -> tuple[tuple[float, ...], float]:
        if self.failing:
            raise ModelError(self.failing)
        self.subject = subject
        return tuple(self.seconds[: len(subject.files)]), REFERENCE

    def round(self, order: Sequence[int], runs: Sequence[int]) -> Round:
        self.rounds.append((list(order), list(runs)))
        factor = 2.0 if len(self.rounds) in self.slow else 1.0
        assert self.subject is not None
        taken = [(self.seconds[at] * factor,) * runs[at] for at in range(len(self.subject.files))]
        return Round(tuple(taken), REFERENCE * factor)

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def processes() -> list[Pretending]:
    return []


def measure(
    processes: list[Pretending],
    home: Path,
    *,
    file: str = "w4.onnx",
    seconds: Sequence[float] = (0.001, 0.004),
    slow: frozenset[int] = frozenset(),
    failing: str = "",
):
    def timer(_runtime: str) -> Pretending:
        processes.append(Pretending(seconds, slow, failing))
        return processes[-1]

    shares: list[float] = []
    paths = Path(file), Path("fp32.onnx")
    found = timed(*paths, PICTURE, threads=2, home=home, told=shares.append, timer=timer)
    assert shares == sorted(shares)
    return found


def test_the_ratio_is_that_of_rounds_side_by_side(
    processes: list[Pretending], tmp_path: Path
) -> None:
    found = measure(processes, tmp_path)
    assert found.ratio.middle == pytest.approx(0.25)
    assert (found.file.middle, found.fp32.middle) == (pytest.approx(1.0), pytest.approx(4.0))
    assert found.ratio.again.low < found.ratio.interval.low < 0.25 < found.ratio.interval.high
    assert found.runs == STARTS * ROUNDS * 20  # 20 ms of the file in a round
    assert (found.starts, found.note) == (STARTS, "")
    assert found.spread_ms == pytest.approx([1.0] * 21)


def test_each_start_is_a_process_of_its_own_and_all_are_there_before_any_times(
    processes: list[Pretending], tmp_path: Path
) -> None:
    measure(processes, tmp_path)
    assert len(processes) == STARTS
    assert all(one.waited and one.closed for one in processes)
    orders = [[order for order, _ in one.rounds] for one in processes]
    assert orders[0] == [[0, 1], [1, 0], [0, 1], [1, 0]]
    assert orders[1] == [[1, 0], [0, 1], [1, 0], [0, 1]]


def test_a_throttled_round_is_repeated(processes: list[Pretending], tmp_path: Path) -> None:
    found = measure(processes, tmp_path, slow=frozenset({2}))
    assert [len(one.rounds) for one in processes] == [ROUNDS + 2] * STARTS
    assert found.ratio.middle == pytest.approx(0.25)
    assert found.file.middle == pytest.approx(1.0)
    assert found.note == ""


def test_a_machine_that_stays_slow_is_flagged(processes: list[Pretending], tmp_path: Path) -> None:
    measure(processes, tmp_path)
    processes.clear()
    found = measure(processes, tmp_path, slow=frozenset(range(100)))
    assert sum(len(one.rounds) for one in processes) == STARTS * ROUNDS + REPEATS
    assert "busy or throttled" in found.note
    assert found.ratio.middle == pytest.approx(0.25)  # the ratio stands


def test_fp32_is_timed_alone_and_is_as_fast_as_itself(
    processes: list[Pretending], tmp_path: Path
) -> None:
    found = measure(processes, tmp_path, file="fp32.onnx", seconds=(0.004,))
    assert found.ratio.middle == found.ratio.interval.low == found.ratio.again.high == 1.0
    assert found.file == found.fp32
    assert {tuple(order) for one in processes for order, _ in one.rounds} == {(0,)}


def test_long_runs_are_few(processes: list[Pretending], tmp_path: Path) -> None:
    measure(processes, tmp_path, seconds=(0.03, 0.5))
    assert processes[0].rounds[0][1] == [3, 1]


def test_no_process_is_left_where_a_file_does_not_load(
    processes: list[Pretending], tmp_path: Path
) -> None:
    with pytest.raises(ModelError, match="no such kernel"):
        measure(processes, tmp_path, failing="no such kernel")
    assert all(one.closed for one in processes)


def test_two_runtimes_are_timed_in_turns_each_in_its_own_process(tmp_path: Path) -> None:
    took = {"onnxruntime": (0.002, 0.004), "openvino": (0.001, 0.008)}
    made: list[tuple[str, Pretending]] = []

    def timer(runtime: str) -> Pretending:
        made.append((runtime, Pretending(took[runtime], frozenset())))
        return made[-1][1]

    files = (Path("w8.onnx"), Path("fp32.onnx"))
    contenders = [Contender(*files, runtime) for runtime in took]
    found = rounds(contenders, PICTURE, threads=1, home=tmp_path, timer=timer)
    assert [runtime for runtime, _ in made] == [*took] * STARTS
    assert all(one.waited and one.closed for _, one in made)
    assert found.latency(0).ratio.middle == pytest.approx(0.5)
    assert found.latency(1).ratio.middle == pytest.approx(0.125)
    assert (found.quickest(), found.quickest(of_fp32=True)) == (1, 0)
    across = found.latency(1, 0)
    assert across.ratio.middle == pytest.approx(0.25)
    assert across.fp32.middle == pytest.approx(4.0)


def test_fp32_of_one_runtime_beside_that_of_another_is_no_certain_ratio(tmp_path: Path) -> None:
    took = {"onnxruntime": (0.004,), "openvino": (0.008,)}
    contenders = [Contender(Path("f.onnx"), Path("f.onnx"), runtime) for runtime in took]
    found = rounds(
        contenders,
        PICTURE,
        threads=1,
        home=tmp_path,
        timer=lambda runtime: Pretending(took[runtime], frozenset()),
    )
    assert found.latency(0).ratio.interval.low == 1.0
    assert found.latency(1, 0).ratio.middle == pytest.approx(2.0)
