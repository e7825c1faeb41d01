"""Do one thing in a process of its own, within limits: what it reads may be hostile."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import quant
from quant.add.bounds import GIGABYTE, Bounds
from quant.errors import BitfrontError, DataError, ModelError, RequestError, StoreError

KINDS: dict[str, type[BitfrontError]] = {
    kind.__name__: kind for kind in (DataError, ModelError, RequestError, StoreError)
}
BEYOND_TIME = -24  # SIGXCPU
_log = logging.getLogger(__name__)


def apart(task: str, what: str, bounds: Bounds | None = None, /, **given: Any) -> dict[str, Any]:
    """The answer of a task of `quant.add.__main__`, as JSON gives it.

    Args:
        task: its name in the table there.
        what: the file's name, for sentences.
        bounds: of memory and time; those of the settings by default.
        given: its arguments, which JSON can hold.
    Raises:
        BitfrontError: the sentence of the task, or that it was stopped at a limit.
    """
    bounds = bounds or Bounds.of_settings()
    asked = json.dumps({"task": task, "bounds": asdict(bounds), "with": given})
    with subprocess.Popen(
        [sys.executable, "-m", "quant.add"],
        cwd=Path(quant.__file__).parent.parent,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            told, noise = process.communicate(asked, timeout=bounds.seconds)
        except subprocess.TimeoutExpired as exc:
            raise ModelError(_too_long(what, bounds)) from exc
        finally:
            process.kill()
    return answer_of(told, noise, process.returncode, what, bounds)


def answer_of(told: str, noise: str, code: int, what: str, bounds: Bounds) -> dict[str, Any]:
    """What the process said before it ended with this code, or its sentence as an error."""
    try:
        answer: dict[str, Any] = json.loads(told)
    except ValueError:
        _log.warning("reading %s ended with %s: %s", what, code, noise[-2000:])
        if code == BEYOND_TIME:
            raise ModelError(_too_long(what, bounds)) from None
        raise ModelError(
            f"{what} could not be read: reading it ended with {_ending(code)}, most likely for "
            f"want of memory; it may use {bounds.memory_bytes / GIGABYTE:g} GB "
            "(BITFRONT_ADD_MEMORY_GB)"
        ) from None
    if "refused" in answer:
        raise KINDS.get(answer["kind"], ModelError)(answer["refused"])
    if "broke" in answer:
        _log.warning("reading %s: %s", what, noise[-4000:])
        raise ModelError(
            f"{what} could not be read ({answer['broke']}); it is damaged, or of a kind that is "
            "not known here"
        )
    found: dict[str, Any] = answer["answer"]
    return found


def _too_long(what: str, bounds: Bounds) -> str:
    return (
        f"{what} was not read within {bounds.seconds:g} seconds (BITFRONT_ADD_SECONDS); give a "
        "smaller one, or raise the limit"
    )


def _ending(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"code {code}"
