"""How OpenVINO is set up wherever a file is run or timed. Imports nothing heavier than it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import openvino

EXACT: dict[str, Any] = {
    "INFERENCE_PRECISION_HINT": "f32",  # no bfloat16 for what the file has in float
    # float inputs of 8-bit weights stay float, as the recipe says
    "DYNAMIC_QUANTIZATION_GROUP_SIZE": "0",
}
# With a fixed shape, OpenVINO (seen in 2026.4) joins elementwise operations to kernels of their own
# before it looks for sums that a convolution could take in: 2-6 % slower where there are such sums,
# and 7 % faster with attention, which it joins as well.
UNJOINED = {"SNIPPETS_MODE": "DISABLE"}


def compiled(model: Any, threads: int, at_once: int = 1) -> Any:
    """A network for so many callers at a time, each run on so many threads."""
    wanted = EXACT | {
        "PERFORMANCE_HINT": "LATENCY",
        "NUM_STREAMS": str(at_once),
        "INFERENCE_NUM_THREADS": threads * at_once,
        # a thread that may not move waits for whoever else is on its core, as ONNX Runtime's do not
        "ENABLE_CPU_PINNING": False,
    }
    core = openvino.Core()
    if _attends(model):
        return core.compile_model(model, "CPU", wanted)
    try:
        return core.compile_model(model, "CPU", wanted | UNJOINED)
    except RuntimeError:  # another version may not know the setting
        return core.compile_model(model, "CPU", wanted)


def call(path: str, threads: int, given: Any) -> Callable[[], object]:
    """One run on these pictures, whose shape is made the network's own, as one does who serves
    pictures of one size: a free batch costs 5 to 40 %."""
    model = openvino.Core().read_model(path)
    model.reshape(list(given.shape))
    request = compiled(model, threads).create_infer_request()
    entry = openvino.Tensor(given)
    return lambda: request.infer({0: entry}, share_outputs=True)


def _attends(model: Any) -> bool:
    return any(node.get_type_name() == "Softmax" for node in model.get_ordered_ops())
