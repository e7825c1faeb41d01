"""Real timing processes: they answer, say what is wrong, and end with whoever asked."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from quant.errors import ModelError
from quant.measure.living import living
from quant.measure.reference import reference_file
from quant.measure.timer import Subject, Timer

ROOT = Path(__file__).resolve().parents[2]
GONE_SECONDS = 30


@pytest.fixture
def subject(tmp_path: Path) -> Subject:
    """The reference kernel stands for both files."""
    file = reference_file(tmp_path)
    np.save(tmp_path / "pictures.npy", np.ones((64, 512), np.float32))
    return Subject((file, file), file, tmp_path / "pictures.npy", 1)


@pytest.fixture
def timer() -> Iterator[Timer]:
    with Timer("onnxruntime") as made:
        yield made


def test_a_process_loads_times_and_is_known_while_it_lives(timer: Timer, subject: Subject) -> None:
    timer.wait()
    assert timer.pid in living
    typical, reference = timer.load(subject)
    found = timer.round((1, 0), (3, 2))
    assert len(typical) == 2
    assert [len(runs) for runs in found.seconds] == [3, 2]
    assert min(*typical, reference, found.reference, *found.seconds[0]) > 0
    timer.close()
    assert timer.pid not in living
    assert not psutil.pid_exists(timer.pid)


def test_it_imports_nothing_but_numpy_and_the_runtime() -> None:
    script = (
        "import sys, quant.measure.stopwatch\n"
        "print(*({'torch', 'onnx', 'scipy', 'pandas', 'sqlalchemy'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", script]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout.split() == []


def test_a_file_that_does_not_load_is_a_sentence(
    timer: Timer, subject: Subject, tmp_path: Path
) -> None:
    (tmp_path / "damaged.onnx").write_bytes(b"a letter")
    timer.wait()
    files = (tmp_path / "damaged.onnx",)
    with pytest.raises(ModelError, match=r"damaged\.onnx cannot be timed in ONNX Runtime"):
        timer.load(Subject(files, subject.reference, subject.pictures, 1))


def test_a_process_that_is_gone_is_a_sentence(timer: Timer, subject: Subject) -> None:
    timer.wait()
    psutil.Process(timer.pid).kill()
    with pytest.raises(ModelError, match=r"ended with code -9, .* a smaller batch"):
        timer.load(subject)


def test_it_dies_with_who_asked_even_in_the_midst_of_a_run(subject: Subject) -> None:
    # The parent asks for a round of years, and is killed.
    script = f"""
from pathlib import Path
from quant.measure.timer import Subject, Timer
files = (Path({str(subject.files[0])!r}),)
timer = Timer()
timer.wait()
timer.load(Subject(files, files[0], Path({str(subject.pictures)!r}), 1))
print(timer.pid, flush=True)
timer.round((0,), (10**12,))
"""
    command = [sys.executable, "-c", script]
    parent = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))
    parent.kill()
    parent.communicate()
    child.wait(GONE_SECONDS)
    assert not child.is_running()


def test_another_runtime_times_the_same_way(subject: Subject) -> None:
    with Timer("openvino") as timer:
        timer.wait()
        typical, reference = timer.load(subject)
        found = timer.round((0, 1), (2, 2))
    assert min(*typical, reference, found.reference, *found.seconds[0], *found.seconds[1]) > 0
