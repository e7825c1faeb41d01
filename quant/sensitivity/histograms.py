"""How weights and inputs of a layer are spread, before and after at each width. Torch-free."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

BINS = 64
MOST_BYTES = 200_000_000  # unpacked; 300 layers have 1 MB


@dataclass(frozen=True, slots=True)
class Histogram:
    """Counts in BINS even bins from `low` to `high`: as floats, and as quantised by width."""

    low: float
    high: float
    before: tuple[int, ...]
    after: Mapping[int, tuple[int, ...]]

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        after = {int(bits): tuple(counts) for bits, counts in values["after"].items()}
        return cls(values["low"], values["high"], tuple(values["before"]), after)


@dataclass(frozen=True, slots=True)
class Histograms:
    """Of one layer; None where it has no weights, or where its inputs stay float. Of a product of
    two activations, `inputs` are the first of them."""

    layer: str
    weights: Histogram | None
    inputs: Histogram | None


def pack(found: Sequence[Histograms]) -> bytes:
    """All layers, compressed."""
    text = json.dumps([asdict(one) for one in found], separators=(",", ":"))
    return zlib.compress(text.encode(), 6)


def unpack(content: bytes) -> tuple[Histograms, ...]:
    """What `pack` wrote; ValueError for anything else."""
    reading = zlib.decompressobj()
    try:
        text = reading.decompress(content, MOST_BYTES)
        return tuple(
            Histograms(one["layer"], _read(one["weights"]), _read(one["inputs"]))
            for one in json.loads(text)
        )
    except (zlib.error, ValueError, KeyError, TypeError, AttributeError) as exc:
        raise ValueError(f"these are no histograms of layers: {exc}") from exc


def _read(values: dict[str, Any] | None) -> Histogram | None:
    return None if values is None else Histogram.from_dict(values)
