"""How OpenVINO is set up wherever a file is run or timed. Imports nothing heavier than it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import openvino

SETTINGS: dict[str, Any] = {
    "INFERENCE_PRECISION_HINT": "f32",  # no bfloat16 for what the file has in float
    # float inputs of 8-bit weights stay float, as the recipe says
    "DYNAMIC_QUANTIZATION_GROUP_SIZE": "0",
}


def settings(threads: int, at_once: int = 1) -> dict[str, Any]:
    """For so many callers at a time, each run on so many threads."""
    return SETTINGS | {
        "PERFORMANCE_HINT": "LATENCY",
        "NUM_STREAMS": str(at_once),
        "INFERENCE_NUM_THREADS": threads * at_once,
    }


def call(path: str, threads: int, given: Any) -> Callable[[], object]:
    """One run on these pictures, whose shape is made the network's own, as one does who serves
    pictures of one size: a free batch costs a few percent."""
    core = openvino.Core()
    model = core.read_model(path)
    model.reshape(list(given.shape))
    request = core.compile_model(model, "CPU", settings(threads)).create_infer_request()
    entry = openvino.Tensor(given)
    return lambda: request.infer({0: entry}, share_outputs=True)
