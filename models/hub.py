"""Files of pretrained weights in torch's own cache, without torch."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from quant.settings import settings

_DIGITS = re.compile(r"-([0-9a-f]{8,})\.pth$")


def checkpoints() -> Path:
    """Where torch keeps what it downloads: TORCH_HOME, else the user's cache folder, decides.

    Source: `torch.hub.get_dir`, which a test compares.
    """
    usual = Path(os.environ.get("XDG_CACHE_HOME", "~/.cache"), "torch")
    return Path(os.environ.get("TORCH_HOME", usual)).expanduser() / "hub" / "checkpoints"


def mirrored(url: str) -> str:
    """Where a published file is fetched from: BITFRONT_MIRROR, or where it was published."""
    mirror = settings().mirror.rstrip("/")
    return f"{mirror}/{url.rpartition('/')[2]}" if mirror else url


@dataclass(frozen=True, slots=True)
class HubFile:
    """A published file; its name ends in the first digits of its SHA-256, as torch names them."""

    url: str
    size_bytes: int

    @property
    def name(self) -> str:
        return self.url.rpartition("/")[2]

    @property
    def digits(self) -> str:
        """The first eight or more hexadecimal digits of the SHA-256 that it must have."""
        found = _DIGITS.search(self.name)
        return found[1] if found else ""

    @property
    def path(self) -> Path:
        return checkpoints() / self.name

    @property
    def is_here(self) -> bool:
        return self.path.is_file()
