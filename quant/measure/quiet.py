"""Time again while the machine is busier than it has been: FP32, timed beside, tells."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from quant.disk import writing
from quant.measure.latency import Latency

SLOWER = 1.2  # than FP32's quietest run of this network here counts as busy
ATTEMPTS = 3

Pair = tuple[Latency, Latency]  # the file's, and FP32's beside it


def quietest(time: Callable[[], Pair], remembered: Path) -> tuple[Pair, str]:
    """The attempt with the quickest FP32, and a note where even that was busy, or nothing.

    Args:
        time: takes both latencies, interleaved.
        remembered: file that keeps FP32's quickest median in ms, for this network, machine,
            runtime and number of threads.
    """
    known = _read(remembered)
    best = time()
    for _ in range(ATTEMPTS - 1):
        if known is None or best[1].median_ms <= SLOWER * known:
            break
        again = time()
        best = min(best, again, key=lambda pair: pair[1].median_ms)
    beside = best[1].median_ms
    if known is None or beside < known:
        with writing(remembered):
            remembered.parent.mkdir(parents=True, exist_ok=True)
            remembered.write_text(repr(beside))
    if known is None or beside <= SLOWER * known:
        return best, ""
    return best, (
        f"the machine was busy in {ATTEMPTS} attempts at timing: FP32 took {beside:.3g} ms beside "
        f"it and {known:.3g} ms at its quietest, so read the ratio to FP32, not the milliseconds"
    )


def _read(path: Path) -> float | None:
    try:
        return float(path.read_text())
    except (OSError, ValueError):
        return None
