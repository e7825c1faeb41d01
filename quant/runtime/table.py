"""The runtimes by name; each is loaded when it is first asked for."""

from __future__ import annotations

from importlib import import_module
from typing import cast

from quant.errors import RequestError
from quant.runtime.protocol import Runtime

MODULES = {"onnxruntime": "quant.runtime.ort", "openvino": "quant.runtime.ov"}


def runtime(name: str) -> Runtime:
    """The module that runs files.

    Raises:
        RequestError: there is none of that name, or it is not installed.
    """
    if name not in MODULES:
        raise RequestError(f"there is no runtime {name[:40]!r}; there are {', '.join(MODULES)}")
    try:
        return cast(Runtime, import_module(MODULES[name]))
    except ImportError as exc:
        raise RequestError(
            f"{name} cannot be imported here ({exc}); install requirements.txt, or choose another "
            "runtime"
        ) from exc
