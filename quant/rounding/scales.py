"""Weight scales of one byte a channel: steps of a twelfth of an octave below the largest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
AN_OCTAVE = 12  # steps; a scale is at most 3 % from the one that is wanted
LARGEST_STEP = 255  # 21 octaves below the top; what is smaller than that carries nothing
STEP = np.float32(2 ** (-1 / AN_OCTAVE))  # the ratio of a scale to the next larger one
LEAST = 1e-30  # of a network of zeros


@dataclass(frozen=True, slots=True)
class Scales:
    """The scales that a file's weights may have: `top` times 2 to the power of -step / 12.

    A float a channel would cost a depthwise layer of 3x3 more than three bits a weight.
    """

    top: float

    @classmethod
    def below(cls, largest: float) -> Scales:
        """Scales up to at least `largest`."""
        return cls(float(np.float32(max(largest, LEAST) * 2 ** (1 / AN_OCTAVE))))

    def of(self, steps: NDArray[np.generic]) -> Floats:
        """Scales (out,) of steps (out,), computed as the file does."""
        return np.asarray(STEP ** steps.astype(np.float32) * np.float32(self.top), np.float32)

    def steps(self, scale: Floats, *, up: bool = False) -> NDArray[np.uint8]:
        """The steps nearest to these scales, or the next that are at least as large."""
        down = np.log2(np.float64(self.top) / np.maximum(scale, LEAST)) * AN_OCTAVE
        steps = np.floor(down + 1e-3) if up else np.rint(down)
        return np.clip(steps, 0, LARGEST_STEP).astype(np.uint8)

    def nearest(self, scale: Floats) -> Floats:
        return self.of(self.steps(scale))

    def at_least(self, scale: Floats) -> Floats:
        return self.of(self.steps(scale, up=True))
