"""W8A8 in each runtime and the best of both, beside quantize_static and NNCF, all in turns.

    python -m benchmarks runtimes [torchvision/resnet18-random ...]

Every file is timed by the stopwatch that times points, beside the FP32 of its own runtime. Weights
of torchvision's networks are random and pictures are drawn: latency, kernels and sizes do not
depend on them. NNCF gets the network as it was exported, ONNX Runtime's quantiser as it was folded.
"""

from __future__ import annotations

import json
import logging
import shutil
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

from benchmarks.common import HOME, report
from benchmarks.latency import FLAGS
from benchmarks.rivals.room import Room
from models.workload import Workload, workload
from quant.artifact import make
from quant.calibrate import observe
from quant.errors import BitfrontError
from quant.graph.export import export
from quant.graph.prepared import Prepared, prepare
from quant.lower.placement import candidates
from quant.measure.latency import Contender, Timings, rounds
from quant.recipe import Recipe
from quant.settings import settings
from quant.translated import fp32_for, translated

NAMES = (
    "imagenet-lite0",
    "torchvision/resnet18-random",
    "torchvision/resnet50-random",
    "torchvision/mobilenet_v2-random",
    "torchvision/mobilenet_v3_small-random",
)
NNCF = Room("nncf", ("nncf==3.4.0", "openvino==2026.4.1"), "nncf_side.py")
STATIC = ("u8s8 channel", "u8s8 tensor")  # of ONNX Runtime's flags: the quickest
PICTURES = 16
OURS = ("ours in ONNX Runtime", "ours in OpenVINO")
RECIPE = Recipe(8, 8, calibration_images=PICTURES)


def main(names: Sequence[str] = NAMES) -> None:
    for name in names:
        try:
            _compare(workload(name))
        except BitfrontError as exc:
            print(f"{name}: skipped, {exc}")


def _compare(chosen: Workload) -> None:
    draw = np.random.default_rng(0)
    pictures = draw.standard_normal((PICTURES, *chosen.input_shape)).astype(np.float32)
    prepared = prepare(chosen, HOME)
    fp32 = {name: fp32_for(prepared, name).path for name in ("onnxruntime", "openvino")}
    contenders = _ours(chosen, prepared, pictures, fp32)
    for flag in STATIC:
        static = _static(chosen, prepared, pictures, flag)
        contenders[f"quantize_static {flag}"] = Contender(static, fp32["onnxruntime"])
    nncf = _nncf(chosen, pictures)
    if nncf is not None:
        contenders["NNCF in OpenVINO"] = Contender(nncf, fp32["openvino"], "openvino")
    found = rounds(tuple(contenders.values()), pictures[:1], threads=settings().threads, home=HOME)
    _told(chosen.name, found, list(contenders))


def _told(name: str, found: Timings, labels: list[str]) -> None:
    each = {label: found.latency(at) for at, label in enumerate(labels)}
    for label, one in each.items():
        print(
            f"{name} {label:<34} {one.file.middle:8.3f} ms, FP32 there {one.fp32.middle:8.3f} ms: "
            f"{one.ratio.middle:.3f}, {one.ratio.interval.low:.3f} to {one.ratio.interval.high:.3f}"
        )
    if found.note:
        print(f"  {found.note}")
    best = min(OURS, key=lambda label: each[label].file.middle)
    theirs = min(set(labels) - set(OURS), key=lambda label: each[label].file.middle)
    # in each round, so that what disturbed both cancels
    beside = np.concatenate(
        [
            [np.median(one.seconds[_at(found, labels, best)])
             / np.median(one.seconds[_at(found, labels, theirs)]) for one in start]
            for start in found.starts
        ]
    )  # fmt: skip
    report(f"{name} best ({best}) / {theirs}", float(np.median(beside)), 1.05)
    report(f"{name} best / FP32 in the same runtime", each[best].ratio.middle, 0.6)


def _at(found: Timings, labels: list[str], label: str) -> int:
    """Where the seconds of a file are in a round."""
    return sum(len(one.files) for one in found.contenders[: labels.index(label)])


def _ours(
    chosen: Workload, prepared: Prepared, pictures: np.ndarray, fp32: dict[str, Path]
) -> dict[str, Contender]:
    seen = observe(prepared.model, candidates(prepared.network, prepared.layers), [pictures], 0)
    checked, path = pictures[:8], HOME / f"{chosen.slug}-w8a8.onnx"
    usual = make(prepared, RECIPE, seen, checked, path, chosen.name)
    path = path.with_stem(f"{chosen.slug}-w8a8-openvino")
    other = translated(prepared, RECIPE, usual.path, checked, path, chosen.name, "openvino")
    for label, one in zip(OURS, (usual, other), strict=True):
        share, size = one.integer_mac_share, one.path.stat().st_size / prepared.path.stat().st_size
        print(f"{chosen.name} {label}: {share:.1%} of multiply-adds in integers, size {size:.3f} x")
    files = zip((usual, other), fp32.items(), strict=True)
    made = [Contender(one.path, beside, runtime) for one, (runtime, beside) in files]
    return dict(zip(OURS, made, strict=True))


class _Reader(CalibrationDataReader):
    def __init__(self, pictures: np.ndarray) -> None:
        self.batches: Iterator[dict[str, np.ndarray]] = (
            {"input": pictures[i : i + 1]} for i in range(len(pictures))
        )

    def get_next(self) -> dict[str, np.ndarray] | None:
        return next(self.batches, None)


def _static(chosen: Workload, prepared: Prepared, pictures: np.ndarray, flag: str) -> Path:
    activation, weight, per_channel, reduced = FLAGS[flag]
    clean = HOME / f"{chosen.slug}-clean.onnx"
    target = HOME / f"{chosen.slug}-{flag.replace(' ', '-')}.onnx"
    logging.disable(logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if not clean.exists():
            quant_pre_process(prepared.path, clean)
        quantize_static(
            clean, target, _Reader(pictures), quant_format=QuantFormat.QDQ,
            activation_type=activation, weight_type=weight, per_channel=per_channel,
            reduce_range=reduced,
        )  # fmt: skip
    logging.disable(logging.NOTSET)
    return target


def _nncf(chosen: Workload, pictures: np.ndarray) -> Path | None:
    folder = HOME / f"nncf-{chosen.slug}"
    folder.mkdir(parents=True, exist_ok=True)
    export(chosen, folder / "exported.onnx")
    shutil.copy(folder / "exported.onnx", folder / "network.onnx")
    np.savez(folder / "pictures.npz", calibrate=pictures, report=pictures[:1])
    asked = {"threads": settings().threads, "transformer": False, "only_openvino": True}
    (folder / "asked.json").write_text(json.dumps(asked))
    return folder / "nncf.xml" if NNCF.ready() and NNCF.run(folder) else None
