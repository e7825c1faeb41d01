"""Peak memory of loading a file in ONNX Runtime."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_SCRIPT = """
import re, sys
import numpy, onnxruntime
onnxruntime.set_default_logger_severity(4)
peak = lambda: int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) * 1024
onnxruntime.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
before = peak()
onnxruntime.InferenceSession(sys.argv[2], providers=["CPUExecutionProvider"])
print(peak() - before)
"""


def loading_peak_bytes(path: Path, small: Path) -> int:
    """Bytes above the runtime's own footprint that loading `path` takes at its highest.

    A process of its own loads `small` first: its peak is the runtime's footprint. Linux only.
    """
    command = [sys.executable, "-c", _SCRIPT, str(small), str(path)]
    return int(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
