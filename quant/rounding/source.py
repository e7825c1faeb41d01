"""What a learning method is given besides the network."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quant.rounding.checkpoint import Checkpoint

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Source:
    """Where a learning method finds what it needs: pictures, a place for finished layers.

    `pictures` gives batches (n, c, h, w) of the first so many calibration pictures.
    """

    pictures: Callable[[int], Sequence[NDArray[np.float32]]]
    count: int
    checkpoint: Checkpoint
    progress: Progress
    threads: int
    seed: int
