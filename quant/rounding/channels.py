"""What the channels of tensors are over pictures: their ends and their power."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto

from quant.rounding.scales import Floats
from quant.runtime.watched import watched


@dataclass(frozen=True)
class Channels:
    """Smallest and largest value and mean square of each channel, all (channels,)."""

    least: Floats
    most: Floats
    power: Floats

    @property
    def span(self) -> Floats:
        """Largest magnitude."""
        return np.maximum(np.maximum(self.most, -self.least), 1e-12)


def watch(
    model: ModelProto, tensors: Sequence[str], batches: Iterable[NDArray[np.float32]]
) -> dict[str, Channels]:
    """Run the float network over pictures (n, c, h, w) and look at these tensors.

    Channels are axis 1 of pictures and of vectors, and the last axis of tokens.
    """
    if not tensors:
        return {}
    session = watched(model, tensors)
    source = session.get_inputs()[0].name
    parts: dict[str, list[Channels]] = {name: [] for name in tensors}
    for pictures in batches:
        found = session.run(list(tensors), {source: pictures})
        for name, values in zip(tensors, found, strict=True):
            parts[name].append(_channels(np.asarray(values)))
    return {name: _merged(seen) for name, seen in parts.items() if seen}


def _channels(values: NDArray[np.float32]) -> Channels:
    axis = 1 if values.ndim in (2, 4) else values.ndim - 1
    others = tuple(i for i in range(values.ndim) if i != axis)
    power = np.square(values).mean(others, dtype=np.float64)
    return Channels(values.min(others), values.max(others), np.asarray(power, np.float32))


def _merged(parts: Sequence[Channels]) -> Channels:
    return Channels(
        np.min([one.least for one in parts], axis=0),
        np.max([one.most for one in parts], axis=0),
        np.mean([one.power for one in parts], axis=0),
    )
