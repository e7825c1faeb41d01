"""How ONNX Runtime is set up wherever a file is run or timed. Imports nothing heavier than it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import onnxruntime

PROVIDERS = ["CPUExecutionProvider"]


def options(threads: int) -> onnxruntime.SessionOptions:
    """A session of so many threads."""
    chosen = onnxruntime.SessionOptions()
    chosen.intra_op_num_threads = threads
    chosen.inter_op_num_threads = 1
    chosen.log_severity_level = 4
    # threads that spin after a run would disturb the file that is timed next
    chosen.add_session_config_entry("session.force_spinning_stop", "1")
    return chosen


def call(path: str, threads: int, given: Any) -> Callable[[], object]:
    """One run on these pictures."""
    session = onnxruntime.InferenceSession(path, options(threads), providers=PROVIDERS)
    entry, out = session.get_inputs()[0].name, session.get_outputs()[0].name
    return lambda: session.run([out], {entry: given})
