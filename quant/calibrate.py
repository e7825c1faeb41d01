"""One pass over the calibration pictures; ranges for every width come from what it saw."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto

from quant.errors import InvalidRecipe
from quant.grid import Grid, affine_grid
from quant.runtime.watched import watched

BINS = 2048
KEPT = 1 << 14  # values of a tensor, of each batch, that the search for least error looks at
CANDIDATES = 40
NARROW, LEAST_SPAN = 1e-3, 1e-9  # of the largest value

Pictures = NDArray[np.float32]


@dataclass(frozen=True)
class Observed:
    """What a tensor's values were: extremes over all of them, a histogram over a sample.

    `counts` (BINS,) lie between `low` and `high`, evenly.
    """

    low: float
    high: float
    counts: NDArray[np.float64]


def observe(
    model: ModelProto,
    tensors: Sequence[str],
    batches: Iterable[Pictures],
    seed: int,
    kept: int = KEPT,
) -> dict[str, Observed]:
    """Run the FP32 network over the pictures and keep each tensor's range and histogram.

    Args:
        model: folded FP32 network.
        tensors: names to watch.
        batches: pictures (n, c, h, w), normalised.
        seed: of the sample of values that is kept, `kept` of each tensor and batch.
    """
    session = watched(model, tensors)
    source = session.get_inputs()[0].name
    fetched = [name for name in tensors if name != source]
    watches = {n: _Watch(np.random.default_rng([seed, i]), kept) for i, n in enumerate(tensors)}
    for pictures in batches:
        for name, values in zip(fetched, session.run(fetched, {source: pictures}), strict=True):
            watches[name].see(np.asarray(values))
        if source in watches:
            watches[source].see(pictures)
    return {name: watch.observed() for name, watch in watches.items()}


class _Watch:
    """Extremes of everything, and an even sample of each batch."""

    def __init__(self, draw: np.random.Generator, kept: int) -> None:
        self.draw, self.kept, self.low, self.high = draw, kept, np.inf, -np.inf
        self.samples: list[NDArray[np.float32]] = []

    def see(self, values: NDArray[np.float32]) -> None:
        flat = values.reshape(-1)
        self.low = min(self.low, float(flat.min()))
        self.high = max(self.high, float(flat.max()))
        if flat.size > self.kept:
            flat = flat[self.draw.integers(0, flat.size, self.kept)]
        self.samples.append(flat.copy())

    def observed(self) -> Observed:
        if not self.samples:
            raise InvalidRecipe("calibration needs at least one picture; got none")
        sample: NDArray[np.floating] = np.concatenate(self.samples)
        high = self.high if self.high > self.low else self.low + 1e-12
        largest = max(abs(self.low), abs(high))
        if high - self.low <= NARROW * largest:
            # A tensor that is all but constant: bins must differ in double precision at least.
            sample = sample.astype(np.float64)
            high = max(high, self.low + LEAST_SPAN * largest)
        counts, _ = np.histogram(sample, BINS, (self.low, high))
        return Observed(low=self.low, high=self.high, counts=counts.astype(np.float64))


def choose_grid(observed: Observed, bits: int, ranges: str) -> Grid:
    """The grid of a tensor: `minmax` covers everything seen, `mse` has the least squared error."""
    if ranges == "minmax":
        return affine_grid(observed.low, observed.high, bits)
    return least_error_grid(observed, bits)


def least_error_grid(observed: Observed, bits: int) -> Grid:
    """Shrink both ends of the range, in turn, to where the histogram's squared error is least.

    Source: Nagel et al., arXiv:2106.08295, section 3.1, eq. 13.
    """
    low, high = min(observed.low, 0.0), max(observed.high, 0.0)
    edges = np.linspace(observed.low, observed.high, BINS + 1)
    centres = (edges[1:] + edges[:-1]) / 2
    best = affine_grid(low, high, bits)
    least = _error(best, centres, observed.counts)
    ratios = np.linspace(0.1, 1.0, CANDIDATES)
    for _ in range(2):
        for end in ("high", "low"):
            for ratio in ratios:
                first = low * ratio if end == "low" else best.low
                last = high * ratio if end == "high" else best.high
                grid = affine_grid(first, last, bits)
                error = _error(grid, centres, observed.counts)
                if error < least:
                    best, least = grid, error
    return best


def _error(grid: Grid, values: NDArray[np.float64], counts: NDArray[np.float64]) -> float:
    levels = np.clip(np.rint(values / grid.scale) + grid.zero_point, 0, grid.top)
    return float(counts @ ((levels - grid.zero_point) * grid.scale - values) ** 2)


def grids(
    observed: Mapping[str, Observed], widths: Mapping[str, int], ranges: str
) -> dict[str, Grid]:
    """A grid for each tensor at its width."""
    return {name: choose_grid(observed[name], bits, ranges) for name, bits in widths.items()}
