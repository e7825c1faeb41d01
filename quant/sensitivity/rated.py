"""Scores with the histograms beside them, as the store keeps them. Torch-free."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass

from quant.sensitivity.scores import Sensitivity

MOST_BYTES = 400_000_000  # unpacked; 300 layers have 5 MB


@dataclass(frozen=True, slots=True)
class Rated:
    """`histograms` as quant.sensitivity.histograms.pack writes them."""

    sensitivity: Sensitivity
    histograms: bytes


def pack(found: Sensitivity) -> bytes:
    """Compressed JSON: names of fields take most of it."""
    return zlib.compress(json.dumps(found.to_dict(), separators=(",", ":")).encode(), 6)


def unpack(content: bytes) -> Sensitivity:
    """What `pack` wrote; ValueError for anything else."""
    try:
        text = zlib.decompressobj().decompress(content, MOST_BYTES)
        return Sensitivity.from_dict(json.loads(text))
    except (zlib.error, ValueError, KeyError, TypeError, AttributeError) as exc:
        raise ValueError(f"these are no scores of layers: {exc}") from exc
