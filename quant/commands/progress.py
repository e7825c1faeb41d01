"""How far a sweep is, on standard error."""

from __future__ import annotations

import shutil
import sys
from typing import TextIO

from quant.jobs.requests import SweepStatus


class Line:
    """One line that changes in a terminal; in a file or a pipe, a line a finished point."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = sys.stderr if stream is None else stream
        self._moving = self._stream.isatty()
        self._said = ""
        self._ended = 0

    def __call__(self, status: SweepStatus) -> None:
        ended = status.done + status.failed
        if self._moving:
            self.say(sentence(status))
        elif ended > self._ended:
            self.say(f"{status.workload}: {ended} of {status.total} points{_left(status)}")
        self._ended = ended

    def say(self, text: str) -> None:
        """Write a line if it is news; in a terminal it replaces the one before."""
        if text == self._said:
            return
        if self._moving:
            width = shutil.get_terminal_size().columns - 1
            self._stream.write(f"\r\033[K{text[:width]}")
        else:
            self._stream.write(f"{text}\n")
        self._stream.flush()
        self._said = text

    def fetching(self, step: str, _share: float) -> None:
        """What is downloaded; how much of it is here only where the line can change."""
        self.say(step if self._moving else step.partition(":")[0])

    def clear(self) -> None:
        """Take a moving line off the terminal, so that other text can stand there."""
        if self._moving and self._said:
            self._stream.write("\r\033[K")
            self._stream.flush()
        self._said = ""


def sentence(status: SweepStatus) -> str:
    """`3 of 12 points · w4a8·nearest: calibrating · about 40 s left`."""
    step = f" · {status.step}" if status.step else ""
    return f"{status.done + status.failed} of {status.total} points{step}{_left(status)}"


def _left(status: SweepStatus) -> str:
    if status.seconds_left is None or status.is_over:
        return ""
    seconds = round(status.seconds_left)
    return f" · about {seconds} s left" if seconds < 120 else f" · about {seconds // 60} min left"
