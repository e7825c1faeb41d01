"""The process that reads what somebody brought: a question on standard input, JSON back."""

from __future__ import annotations

import json
import os
import re
import sys
import traceback
from collections.abc import Callable
from importlib import import_module
from typing import Any

from quant.add.bounds import GIGABYTE, Bounds
from quant.errors import BitfrontError, ModelError

TASKS = {
    "network": "quant.add.network:look",
    "pictures": "quant.add.tree:look",
    "tried": "quant.add.trial:look",
    "counted": "quant.add.counted:look",
}
THREADS = 2
ALLOCATION = re.compile("bad_alloc|bfc_arena|[Ff]ailed to allocate")  # as onnxruntime says it


def main() -> None:
    # Libraries print what they like to standard output: the answer has a way of its own.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    asked = json.load(sys.stdin)
    bounds = Bounds(**asked["bounds"])
    bounds.apply(THREADS)
    answers.write(json.dumps(answered(asked, bounds)))
    answers.flush()
    os._exit(0)  # nothing of a damaged heap is run any more


def answered(asked: dict[str, Any], bounds: Bounds) -> dict[str, Any]:
    """The answer of one task, or why there is none."""
    module, function = TASKS[asked["task"]].split(":")
    try:
        task: Callable[..., Any] = getattr(import_module(module), function)
        return {"answer": task(**asked["with"])}
    except BitfrontError as exc:
        return _beyond(bounds) if ALLOCATION.search(str(exc)) else _refused(exc)
    except MemoryError:
        return _beyond(bounds)
    except Exception as exc:  # what a foreign file makes libraries raise is not known
        traceback.print_exc()
        first = (str(exc).splitlines() or [""])[0][:160]
        return {"broke": f"{type(exc).__name__}: {first}" if first else type(exc).__name__}


def _refused(exc: BitfrontError) -> dict[str, Any]:
    return {"refused": str(exc), "kind": type(exc).__name__}


def _beyond(bounds: Bounds) -> dict[str, Any]:
    sentence = (
        f"reading it needs more than the {bounds.memory_bytes / GIGABYTE:g} GB of memory that "
        "BITFRONT_ADD_MEMORY_GB allows; give a smaller one, or raise the limit"
    )
    return _refused(ModelError(sentence))


if __name__ == "__main__":
    main()
