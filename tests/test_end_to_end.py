"""A person at a shell: sweep, export, run the file, check it. Real processes, the real engine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

ROOT = Path(__file__).resolve().parent.parent
NAMES = set(
    "workload recipe weights_bits activation_bits effective_weight_bits effective_activation_bits "
    "method accuracy accuracy_low accuracy_high n fp32_accuracy drop_low drop_high flips p_value "
    "sqnr_db size_bytes fp32_size_bytes latency_ms latency_low_ms latency_high_ms fp32_latency_ms "
    "runtime kernels integer_mac_share quantize_seconds evaluate_seconds machine".split()
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shell")


def quant(home: Path, *words: str, code: int = 0) -> list[dict]:
    """Rows on standard output, which holds nothing else."""
    done = subprocess.run(
        [sys.executable, "-m", "quant", *words, "--json"],
        cwd=ROOT,
        env=os.environ | {"BITFRONT_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == code, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def rows(home: Path) -> list[dict]:
    return quant(home, *"sweep fashion-resnet --weights 4 --images 300".split())


def test_a_sweep_prints_fp32_and_each_point(rows: list[dict]) -> None:
    assert [(row["weights_bits"], row["activation_bits"]) for row in rows] == [(32, 32), (4, 8)]
    assert all(set(row) >= NAMES for row in rows)
    assert all(row["n"] == 300 for row in rows)


def test_what_was_measured_answers_again(rows: list[dict], home: Path) -> None:
    again = quant(home, *"sweep fashion-resnet --weights 4 --images 300".split())
    assert again == rows
    assert len(quant(home, "points")) == 2


def test_an_exported_file_is_the_measured_one(rows: list[dict], home: Path, tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    words = f"export fashion-resnet --weights 4 --activations 8 --images 300 -o {path}"
    [row] = quant(home, *words.split())
    assert row["size_bytes"] == path.stat().st_size
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    assert session.run(None, {"input": np.zeros((3, 1, 28, 28), np.float32)})[0].shape == (3, 10)
    [checked] = quant(home, *f"check {path} --workload fashion-resnet --images 300".split())
    assert checked["accuracy"] == rows[1]["accuracy"]
    assert checked["flips"] == rows[1]["flips"]
