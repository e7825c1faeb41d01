"""What times a file in each runtime: a module that has `call(file, threads, pictures)`."""

from __future__ import annotations

CALLERS = {
    "onnxruntime": "quant.runtime.options",
    "openvino": "quant.runtime.ov_options",
    "pytorch": "quant.runtime.torch_call",
}
