"""One timing process as its parent sees it: told what to load, asked for rounds, then gone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import quant
from quant.errors import ModelError
from quant.measure.living import living
from quant.runtimes import USUAL, title

COMMAND = (sys.executable, "-m", "quant.measure.stopwatch")
_ALONE = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}  # no idle threads of numpy's


@dataclass(frozen=True, slots=True)
class Subject:
    """What a process times. `pictures` is an .npy file of (batch, c, h, w), fed to each file."""

    files: tuple[Path, ...]
    reference: Path
    pictures: Path
    threads: int


@dataclass(frozen=True, slots=True)
class Round:
    """Seconds of one round: every run of each file, and the reference kernel right after."""

    seconds: tuple[tuple[float, ...], ...]
    reference: float


class Timer:
    """A process of its own. It imports when made and loads when told to, so that several import
    side by side and time one after the other. Leaving the `with` ends it. `runtime` is what all of
    its files run in: idle threads of another one would disturb them."""

    def __init__(self, runtime: str = USUAL, command: Sequence[str] = COMMAND) -> None:
        self._names, self._runtime = "a file", runtime
        self._process = subprocess.Popen(
            (*command, runtime),
            cwd=Path(quant.__file__).parent.parent,
            env=os.environ | _ALONE,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        living.add(self._process.pid)

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait(self) -> None:
        """Return when its libraries are there.

        Raises:
            ModelError: the process is gone.
        """
        self._hear()

    def load(self, subject: Subject) -> tuple[tuple[float, ...], float]:
        """Typical seconds of a run of each file, and the reference kernel's.

        Raises:
            ModelError: a file does not load or run, or the process is gone.
        """
        self._names = " or ".join(path.name for path in subject.files)
        told = self._ask(
            files=[str(path.resolve()) for path in subject.files],
            reference=str(subject.reference.resolve()),
            pictures=str(subject.pictures.resolve()),
            threads=subject.threads,
        )
        return tuple(told["typical"]), float(told["reference"])

    def round(self, order: Sequence[int], runs: Sequence[int]) -> Round:
        """Run each file `runs` times, file after file in this order."""
        told = self._ask(order=list(order), runs=list(runs))
        return Round(tuple(map(tuple, told["seconds"])), float(told["reference"]))

    def close(self) -> None:
        """End the process, whatever it does."""
        self._process.kill()
        self._process.wait()
        living.discard(self._process.pid)
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with suppress(BrokenPipeError):  # what was still to be written has no reader
                    stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask(self, **asked: Any) -> dict[str, Any]:
        if self._process.stdin is None:
            raise RuntimeError("the timing process has no input")
        # Where it is gone there is no answer either, which says more.
        with suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps(asked) + "\n")
            self._process.stdin.flush()
        return self._hear()

    def _hear(self) -> dict[str, Any]:
        if self._process.stdout is None:
            raise RuntimeError("the timing process has no output")
        line = self._process.stdout.readline()
        if not line:
            raise ModelError(
                f"the process that timed {self._names} ended with code {self._process.wait()}, "
                "perhaps for want of memory; try it again, or a smaller batch"
            )
        told: dict[str, Any] = json.loads(line)
        if "error" in told:
            raise ModelError(
                f"{self._names} cannot be timed in {title(self._runtime)}: {told['error']}"
            )
        return told
