"""Peak memory of quantising networks of nearly 100 million parameters, against 4 GB.

    python -m benchmarks.rounding_memory FOLDER NETWORK PICTURES

is the process that is measured, by Linux's own count; NETWORK lies in the folder as ONNX.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import onnx

from benchmarks.common import HOME, Subject, report
from models.data import Dataset, Split
from models.workload import Family, Workload
from quant.calibrated import calibrated, equalised
from quant.graph.export import export
from quant.graph.fold import fold
from quant.graph.layers import layers_of
from quant.graph.prepared import Prepared
from quant.recipe import Recipe

FAMILIES: dict[str, Family] = {"vit_b_16": "transformer", "wide_resnet50_2": "convolutional"}
METHOD = "adaround"  # which begins as gptq does, and holds more
PICTURES, GOAL_GB = 200, 4.0
SIDE, CHECKED = 224, 8
Result = TypeVar("Result")


def main() -> None:
    for name in FAMILIES:
        _child(name, 0)
        stages, parameters = json.loads(_child(name, PICTURES).splitlines()[-1])
        for stage, (peak, seconds) in stages.items():
            print(f"  {stage:<22} peak {peak:5.2f} GB, {seconds:6.1f} s", flush=True)
        title = f"{name}, {parameters / 1e6:.0f} M parameters, W4A8 {METHOD}"
        report(title, max(peak for peak, _ in stages.values()), GOAL_GB, " GB")


def _child(name: str, pictures: int) -> str:
    command = [sys.executable, "-m", __name__, str(HOME), name, str(pictures)]
    return subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout


def network(name: str, *, weights: bool) -> Any:
    """torchvision's, with random weights. Batch norm has seen noise, so that no value explodes."""
    import torch
    import torchvision

    del weights
    torch.manual_seed(0)
    made = getattr(torchvision.models, name)(weights=None)
    for module in made.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = 1.0
        if isinstance(module, torch.nn.Linear) and not module.weight.any():
            torch.nn.init.normal_(module.weight, std=0.02)  # or every logit would be 0
    made.train()
    with torch.no_grad():
        made(torch.randn(CHECKED, 3, SIDE, SIDE))
    return made.eval().requires_grad_(False)


vit_b_16 = partial(network, "vit_b_16")
wide_resnet50_2 = partial(network, "wide_resnet50_2")


def _export(path: Path, workload: Workload) -> None:
    exported = path.with_suffix(".exported.onnx")
    export(workload, exported)
    onnx.save(fold(exported), path)


def _quantise(path: Path, workload: Workload, pictures: int) -> None:
    recipe = Recipe(4, 8, METHOD, "mse", calibration_images=pictures)
    data, stages = _noise(pictures), {}

    def peak_of(stage: str, work: Callable[[], Result]) -> Result:
        Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
        start = time.perf_counter()
        result = work()
        status = Path("/proc/self/status").read_text()
        peak = int(re.search(r"VmHWM:\s+(\d+)", status)[1]) * 1024 / 1e9
        stages[stage] = peak, time.perf_counter() - start
        return result

    prepared = peak_of("read", lambda: _read(path))
    moved = peak_of("move scales", lambda: equalised(prepared, data, recipe))
    peak_of("calibrate", lambda: calibrated(moved, data, recipe))
    subject = Subject(workload, prepared, data)
    peak_of("round, write and check", lambda: subject.artifact(recipe))
    parameters = sum(layer.parameters for layer in prepared.layers)
    print(json.dumps([stages, parameters]))


def _read(path: Path) -> Prepared:
    model = onnx.load(path)
    return Prepared(model, layers_of(model), path, path.name)


def _noise(pictures: int) -> Dataset:
    """As many pictures of noise to calibrate on, and a few to check with."""
    draw = np.random.default_rng(0)
    splits = {}
    for name, count in (("calibrate", pictures), ("select", CHECKED), ("report", CHECKED)):
        made = draw.integers(0, 256, (count, 3, SIDE, SIDE), dtype=np.uint8)
        names = tuple(f"{name} {index}" for index in range(count))
        splits[name] = Split(name, np.zeros(count, np.int64), made, names, (0.5,) * 3, (0.25,) * 3)
    return Dataset("noise", **splits, fingerprint="noise")


def _run(folder: str, name: str, pictures: str) -> None:
    path = Path(folder) / f"{name}.onnx"
    workload = Workload(
        name=name,
        title=name,
        dataset="noise",
        builder=f"{__spec__.name}:{name}",
        input_shape=(3, SIDE, SIDE),
        mean=(0.5,) * 3,
        std=(0.25,) * 3,
        classes=1000,
        parameters=0,
        macs=0,
        weights_from="none: random",
        family=FAMILIES[name],
    )
    if int(pictures):
        _quantise(path, workload, int(pictures))
    else:
        _export(path, workload)


if __name__ == "__main__":
    _run(*sys.argv[1:])
