"""NNCF's W8A8, for ONNX Runtime and for OpenVINO, in NNCF's environment; imports nothing of ours.

    python nncf_side.py FOLDER

reads network.onnx (`input` to `logits`), pictures.npz and asked.json from the folder, and writes
nncf.onnx, logits.npz (what OpenVINO answers) and milliseconds.json (OpenVINO, by network). Where
`only_openvino` is asked, it writes nncf.xml alone, which OpenVINO reads.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import nncf
import numpy as np
import onnx
import openvino

ROUNDS = 60


def main(folder: Path) -> None:
    asked = json.loads((folder / "asked.json").read_text())
    file = np.load(folder / "pictures.npz")
    pictures, reported = file["calibrate"], file["report"]
    options = {"subset_size": len(pictures)}
    if asked["transformer"]:
        options["model_type"] = nncf.ModelType.TRANSFORMER
    if asked.get("only_openvino"):
        model = openvino.Core().read_model(folder / "network.onnx")
        model.reshape({"input": [1, *pictures.shape[1:]]})
        quantised = nncf.quantize(model, nncf.Dataset([p[None] for p in pictures]), **options)
        openvino.save_model(quantised, folder / "nncf.xml", compress_to_fp16=False)
        return
    network = onnx.load(folder / "network.onnx")
    given = nncf.Dataset([{"input": picture[None]} for picture in pictures])
    onnx.save(nncf.quantize(network, given, **options), folder / "nncf.onnx")
    plain = openvino.Core().read_model(folder / "network.onnx")
    plain.reshape({"input": [1, *pictures.shape[1:]]})
    quantised = nncf.quantize(plain, nncf.Dataset([p[None] for p in pictures]), **options)
    compiled = {"fp32": plain, "w8a8": quantised}
    compiled = {name: ready(model, asked["threads"]) for name, model in compiled.items()}
    logits = [compiled["w8a8"](picture[None])[0] for picture in reported]
    np.savez(folder / "logits.npz", logits=np.concatenate(logits))
    (folder / "milliseconds.json").write_text(json.dumps(interleaved(compiled, reported[:1])))


def ready(model: openvino.Model, threads: int) -> openvino.CompiledModel:
    settings = {
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_NUM_THREADS": threads,
        "INFERENCE_PRECISION_HINT": "f32",  # no bfloat16 where the rest stays in float
    }
    return openvino.Core().compile_model(model, "CPU", settings)


def interleaved(
    compiled: dict[str, openvino.CompiledModel], picture: np.ndarray
) -> dict[str, list[float]]:
    """Milliseconds of each round; every round runs every network."""
    requests = {name: model.create_infer_request() for name, model in compiled.items()}
    times: dict[str, list[float]] = {name: [] for name in requests}
    for _ in range(ROUNDS):
        for name, request in requests.items():
            request.infer({0: picture})
            start = time.perf_counter()
            request.infer({0: picture})
            times[name].append((time.perf_counter() - start) * 1000)
    return times


if __name__ == "__main__":
    main(Path(sys.argv[1]))
