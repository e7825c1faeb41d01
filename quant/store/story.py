"""What a task went through, kept with it: a log for eyes, a timeline for estimates."""

from __future__ import annotations

import json
import re
import time

MOST_LOG = 60_000  # characters; the beginning and the end say the most
_CUT = "\n… {} characters left out …\n"

_COUNTED = re.compile(r": \w+ \d+ of \d+.*", re.DOTALL)
_LEFT = re.compile(r", about (\d+) (s|min) left$")

Timeline = list[tuple[str, float]]


def plain(text: str) -> str:
    """What every database takes: names of files may hold bytes that are no text, and crashes print
    zeros."""
    return text.encode("utf-8", "replace").decode().replace("\0", "")


def line(now: float, text: str) -> str:
    """A line of the log; `now` is seconds since 1970, told in UTC."""
    return f"{time.strftime('%Y-%m-%d %H:%M:%S', time.gmtime(now))} {text}\n"


def added(log: str, text: str) -> str:
    """A log with more at its end, its middle left out where it grows too long."""
    whole = log + plain(text)
    if len(whole) <= MOST_LOG:
        return whole
    half = MOST_LOG // 2
    return whole[:half] + _CUT.format(len(whole) - 2 * half) + whole[-half:]


def begun(timeline: str, step: str, now: float) -> str:
    """A timeline with one step more; the layers of a network are one step."""
    known = json.loads(timeline)
    if known and known[-1][0] == kind(step):
        return timeline
    return json.dumps([*known, (kind(step), round(now, 3))])


def kind(step: str) -> str:
    """`gptq` of `gptq: layer 12 of 50, about 40 s left`: what is alike in every point."""
    return _COUNTED.sub("", step)


def said_left(step: str) -> float | None:
    """Seconds that a step itself says are left of it."""
    found = _LEFT.search(step)
    return None if found is None else float(found[1]) * (60 if found[2] == "min" else 1)


def steps(timeline: str) -> Timeline:
    """Each step and when it began; what is of one kind is one step."""
    found: Timeline = []
    for step, at in json.loads(timeline):
        if not found or found[-1][0] != kind(str(step)):
            found.append((kind(str(step)), float(at)))
    return found


def durations(timeline: str, finished_at: float) -> Timeline:
    """Each step and the seconds that it took; none where the clock was set back meanwhile."""
    known = steps(timeline)
    ends = [at for _, at in known[1:]] + [finished_at]
    # Where there is no step there is still an end.
    return [(step, max(end - at, 0.0)) for (step, at), end in zip(known, ends, strict=False)]
