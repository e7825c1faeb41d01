"""How much a snapshot may take, over all that goes into it."""

from __future__ import annotations

from quant.errors import RequestError


class Room:
    """Counts bytes against a limit in MB; `used` is what was counted before."""

    def __init__(self, most_mb: float, used: int) -> None:
        self._most_mb = most_mb
        self._used = used

    def take(self, size_bytes: int) -> None:
        """Raises RequestError where it no longer fits."""
        self._used += size_bytes
        if self._used > self._most_mb * 1e6:
            raise RequestError(
                "files, answers to pictures and thumbnails together have more than the limit of "
                f"{self._most_mb:,.0f} MB; leave answers and thumbnails out with "
                "--no-predictions, or raise --limit-mb"
            )
