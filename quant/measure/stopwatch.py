"""The process that times files in one runtime, and imports nothing else; told by JSON lines.

`python -m quant.measure.stopwatch RUNTIME` says when its libraries are there, reads one line that
says what to load and answers when that is warm; each line that follows is one round. It ends with
whoever holds the other end of its input.
"""

from __future__ import annotations

import json
import os
import signal
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from queue import SimpleQueue
from typing import Any

import numpy as np
import onnxruntime

from quant.measure.callers import CALLERS
from quant.runtime.options import PROVIDERS, options

Call = Callable[[], object]
WARM_SECONDS = 0.03  # of each file, and at least WARM_RUNS
WARM_RUNS = 2
REFERENCE_RUNS = 10


def main() -> None:
    """Serve until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that asked decides on Ctrl-C
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print is no answer
    asked = _lines()
    try:
        caller = import_module(CALLERS[sys.argv[1]])
        _say(answers, {})
        *files, reference = _loaded(json.loads(next(asked)), caller.call)
        typical = [_warm(call) for call in (*files, reference)][:-1]
        _say(answers, {"typical": typical, "reference": _reference(reference)})
        for line in asked:
            _say(answers, _round(json.loads(line), files, reference))
    except Exception as exc:  # runtimes raise errors of many kinds
        lines = [line.strip() for line in str(exc).splitlines() if line.strip()]
        _say(answers, {"error": (lines or [type(exc).__name__])[0][:200]})


def _lines() -> Iterator[str]:
    """Read by a thread, so that the end of the input ends also a run that goes on for minutes."""
    heard: SimpleQueue[str] = SimpleQueue()

    def listen() -> None:
        for line in sys.stdin:
            heard.put(line)
        os._exit(1)

    threading.Thread(target=listen, daemon=True).start()
    while True:
        yield heard.get()


def _loaded(asked: dict[str, Any], call: Callable[[str, int, Any], Call]) -> list[Call]:
    """One call a file; the reference kernel is the last."""
    pictures, threads = np.load(asked["pictures"]), asked["threads"]
    return [
        *(call(path, threads, pictures) for path in asked["files"]),
        _reference_call(asked["reference"], threads),
    ]


def _reference_call(path: str, threads: int) -> Call:
    """In ONNX Runtime wherever it is asked for: the same work tells how quick the machine is."""
    session = onnxruntime.InferenceSession(path, options(threads), providers=PROVIDERS)
    [entry] = session.get_inputs()
    fed = {entry.name: np.ones(entry.shape, np.float32)}
    return lambda: session.run(None, fed)


def _warm(call: Call) -> float:
    """Seconds that a run typically takes once it is warm."""
    took: list[float] = []
    while len(took) < WARM_RUNS or sum(took) < WARM_SECONDS:
        took.append(seconds_of(call))
    return statistics.median(took[len(took) // 2 :])


def _round(asked: dict[str, Any], files: list[Call], reference: Call) -> dict[str, Any]:
    """Each file so many times in the order asked for, then the reference kernel."""
    seconds: dict[int, list[float]] = {
        at: [seconds_of(files[at]) for _ in range(asked["runs"][at])] for at in asked["order"]
    }
    return {
        "seconds": [seconds[at] for at in range(len(files))],
        "reference": _reference(reference),
    }


def _reference(call: Call) -> float:
    """Mean seconds of a run: a median would not notice that others took the processor."""
    return statistics.fmean(seconds_of(call) for _ in range(REFERENCE_RUNS))


def seconds_of(call: Call) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def _say(answers: Any, told: dict[str, Any]) -> None:
    answers.write(json.dumps(told) + "\n")
    answers.flush()


if __name__ == "__main__":
    main()
