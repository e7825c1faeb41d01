"""What executes a file. Names and versions are read without loading a runtime."""

from __future__ import annotations

from importlib.metadata import version

from quant.errors import RequestError

RUNTIMES = ("onnxruntime",)


def full_name(name: str) -> str:
    """`onnxruntime 1.32.0`: the name that stands beside a number."""
    if name not in RUNTIMES:
        raise RequestError(f"there is no runtime {name!r}; there are {', '.join(RUNTIMES)}")
    return f"{name} {version(name)}"
