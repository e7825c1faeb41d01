"""What a file that somebody brings may take: memory, time, members and bytes."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from quant.settings import settings

MEGABYTE, GIGABYTE = 1e6, 1e9
MOST_FILES = 200_000  # in a folder or zip of pictures
MOST_UNPACKED = 20e9  # bytes of one zip, whatever the quota leaves
MOST_RATIO = 200  # bytes unpacked for a byte packed; deflate's own most is 1,032
RATIO_FROM = 1_000_000  # bytes: smaller members may pack as well as they like
MOST_MEMBER = 500_000_000  # bytes of one picture
MOST_NODES = 100_000  # of a network, functions written out
MOST_VALUES = 2_000_000_000 // 4  # of one constant: what a file of 2 GB can hold in float32
MOST_SIDE = 4096  # pixels, of what a network sees
MOST_CLASSES = 100_000


@dataclass(frozen=True, slots=True)
class Bounds:
    """Bytes of memory and seconds that reading may take, and bytes that a file may have."""

    memory_bytes: int
    seconds: float
    file_bytes: int

    @classmethod
    def of_settings(cls) -> Bounds:
        chosen = settings()
        return cls(
            int(chosen.add_memory_gb * GIGABYTE),
            chosen.add_seconds,
            int(chosen.add_mb * MEGABYTE),
        )

    def apply(self, threads: int) -> None:
        """Hold this process to them from now on. Where the system has no such limits (Windows),
        only the time is kept, by who waits for this process."""
        try:
            import resource
        except ImportError:
            return
        # Data, not address space: libraries map gigabytes that they never touch.
        _lower(resource.RLIMIT_DATA, self.memory_bytes)
        _lower(resource.RLIMIT_CPU, ceil(self.seconds * threads))
        _lower(resource.RLIMIT_CORE, 0)


def _lower(which: int, most: int) -> None:
    import resource

    _, hard = resource.getrlimit(which)
    allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(which, (allowed, allowed))
