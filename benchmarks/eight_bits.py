"""W8A8 beside ONNX Runtime's quantiser and NNCF's: accuracy, noise and latency in one run."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.common import HOME, Subject, report, subject
from benchmarks.latency import interleaved, quantised, ratio
from benchmarks.rivals.room import Room
from models.workload import WORKLOADS
from quant.auto import choose
from quant.calibrated import drawn
from quant.measure.accuracy import Answers, answers, sqnr_db
from quant.recipe import Recipe
from quant.settings import settings

NNCF = Room("nncf", ("nncf==3.4.0", "openvino==2026.4.1"), "nncf_side.py")
STATIC = ("u8s8 channel", "u8s8 channel 7 bits")  # of ONNX Runtime's flags: the most accurate
OPENVINO = "NNCF in OpenVINO"  # timed in its own process, beside FP32 there
CALIBRATED = 200
ROUNDS = (40, 3)


@dataclass(frozen=True)
class Told:
    """What one file says of the report pictures, against FP32 on the same ones."""

    fp32: Answers
    said: Answers

    @property
    def sqnr_db(self) -> float:
        found = sqnr_db(self.fp32.logits, self.said.logits)
        return np.inf if found is None else found

    @property
    def drop(self) -> float:
        """Accuracy lost, as a fraction."""
        return float(self.fp32.right.mean() - self.said.right.mean())

    @property
    def error(self) -> float:
        """Standard error of the drop, paired."""
        lost = self.fp32.right.astype(float) - self.said.right.astype(float)
        return float(lost.std() / np.sqrt(len(lost)))


def main() -> None:
    for workload in WORKLOADS:
        chosen = subject(workload.name)
        if chosen is not None:
            _compare(chosen)


def _compare(chosen: Subject) -> None:
    name, folder = chosen.workload.name, HOME / f"nncf-{chosen.workload.name}"
    pick = choose(chosen.workload, 8, 8).method
    files = {
        "fp32": chosen.prepared.path,
        "ours, nearest": chosen.artifact(Recipe(8, 8)).path,
        f"ours, {pick}": chosen.artifact(Recipe(8, 8, pick, "mse")).path,
    }
    files |= {f"quantize_static {flag}": quantised(chosen, flag, CALIBRATED) for flag in STATIC}
    has_nncf = NNCF.ready() and _nncf(chosen, folder)
    if has_nncf:
        files["NNCF in ONNX Runtime"] = folder / "nncf.onnx"
    says = {label: _answers(path, chosen) for label, path in files.items()}
    times = interleaved(files, chosen.data.report.take([0]), *ROUNDS)
    ratios = {label: ratio(times, label, "fp32") for label in files}
    told = {label: Told(says["fp32"], said) for label, said in says.items() if label != "fp32"}
    if has_nncf:
        with np.load(folder / "logits.npz") as file:
            told[OPENVINO] = Told(says["fp32"], Answers(file["logits"], says["fp32"].labels))
        apart = json.loads((folder / "milliseconds.json").read_text())
        times[OPENVINO] = np.array(apart["w8a8"])
        ratios[OPENVINO] = float(np.median(times[OPENVINO] / np.array(apart["fp32"])))
    print(f"{name}, {len(says['fp32'].labels):,} pictures, {CALIBRATED} to calibrate")
    for label, one in told.items():
        print(
            f"  {label:<36} drop {one.drop * 100:5.2f} pp (standard error {one.error * 100:.2f}), "
            f"SQNR {one.sqnr_db:5.1f} dB, {np.median(times[label]):7.3f} ms, "
            f"{ratios[label]:.2f} × FP32 there",
            flush=True,
        )
    ours, theirs = told[f"ours, {pick}"], [t for n, t in told.items() if not n.startswith("ours")]
    best = max(one.sqnr_db for one in theirs)
    report(f"{name} noise of logits / best of theirs", 10 ** ((best - ours.sqnr_db) / 10), 1.0)


def _answers(path: Path, chosen: Subject) -> Answers:
    split = chosen.data.report
    return answers(path, split, None, lambda _done: None, threads=settings().threads)


def _nncf(chosen: Subject, folder: Path) -> bool:
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(chosen.prepared.path, folder / "network.onnx")
    split, reported = chosen.data.calibrate, chosen.data.report
    pictures = split.take(drawn(split, Recipe(8, 8, calibration_images=CALIBRATED)))
    report_pictures = reported.take(range(len(reported)))
    np.savez(folder / "pictures.npz", calibrate=pictures, report=report_pictures)
    asked = {
        "threads": settings().threads,
        "transformer": chosen.workload.family == "transformer",
    }
    (folder / "asked.json").write_text(json.dumps(asked))
    return NNCF.run(folder)
