"""What latency is timed at: pictures in a run, and threads."""

from __future__ import annotations

from dataclasses import dataclass

from quant.errors import RequestError
from quant.settings import settings

BATCHES = (1, 8, 32)
THREADS = (1, 2, 4, 8, 16, 32, 64)


@dataclass(frozen=True, slots=True, order=True)
class Timing:
    """`threads` of 0 are those of the settings, whatever they are where it is timed."""

    batch: int = 1
    threads: int = 0

    def __post_init__(self) -> None:
        if isinstance(self.batch, bool) or self.batch not in BATCHES:
            raise RequestError(f"batch must be of {_listed(BATCHES)}; got {self.batch!r}")
        if isinstance(self.threads, bool) or self.threads not in (0, *THREADS):
            raise RequestError(
                f"threads must be of {_listed(THREADS)}, or left out for those of the settings "
                f"(BITFRONT_THREADS); got {self.threads!r}"
            )

    @property
    def count(self) -> int:
        """Threads, on this machine."""
        return self.threads or settings().threads

    @property
    def label(self) -> str:
        """For eyes, leaving out what is usual: `batch 8 · 2 threads`."""
        batch = f"batch {self.batch}" if self.batch != 1 else ""
        return " · ".join(filter(None, (batch, in_threads(self.threads))))


USUAL = Timing()  # one picture at a time, with the threads of the settings


def in_threads(count: int) -> str:
    """`1 thread`, `2 threads`; empty for none."""
    return f"{count} thread{'' if count == 1 else 's'}" if count else ""


def _listed(values: tuple[int, ...]) -> str:
    return ", ".join(map(str, values))
