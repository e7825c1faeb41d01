"""What a layer's weights and inputs are like: what its sensitivity is explained with."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from quant.calibrate import Observed
from quant.graph.layers import Layer
from quant.graph.prepared import Prepared
from quant.graph.products import Product
from quant.grid import Grid
from quant.lower.weights import channels_first
from quant.perturb.changes import Changes, Unit
from quant.rounding.codes import Codes
from quant.rounding.plain import floats
from quant.rounding.scales import Floats
from quant.rounding.shares import shares
from quant.sensitivity.histograms import BINS, Histogram, Histograms
from quant.sensitivity.scores import (
    ACTIVATIONS,
    PRODUCT,
    WEIGHTS,
    WIDTHS,
    InputFacts,
    LayerFacts,
    WeightFacts,
)

INSIDE = 0.999  # of the values, whose range is set beside the range of all
LEAST = 1e-12


def facts(changes: Changes) -> tuple[LayerFacts, ...]:
    """Every unit, in network order."""
    return tuple(_unit(changes, unit) for unit in changes.units)


def histograms(changes: Changes) -> tuple[Histograms, ...]:
    """Weights and inputs of every unit, before and after at every width."""
    return tuple(
        Histograms(unit.name, _of_weights(changes, unit), _of_inputs(changes, unit))
        for unit in changes.units
    )


def _unit(changes: Changes, unit: Unit) -> LayerFacts:
    layer = unit.layer
    inputs = _inputs(changes, unit.sources[0])
    if layer is None:
        macs = _product(changes.prepared, unit).macs
        return LayerFacts(unit.name, PRODUCT, 0, macs, (), 1, unit.sources, None, inputs)
    values = channels_first(layer, floats(changes.prepared.network, layer))
    told = _weights(values, layer, [changes.codes(bits)[layer.name] for bits in WIDTHS[WEIGHTS]])
    return LayerFacts(
        layer.name, layer.op, layer.parameters, layer.macs, values.shape, layer.groups,
        unit.sources, told, inputs,
    )  # fmt: skip


def _product(prepared: Prepared, unit: Unit) -> Product:
    return next(one for one in prepared.products if one.node == unit.node)


def _weights(values: Floats, layer: Layer, coded: list[Codes]) -> WeightFacts:
    flat = np.abs(values).reshape(len(values), -1)
    ranges = flat.max(axis=1)
    inputs = flat.max(axis=0)
    return WeightFacts(
        a_channel=flat.shape[1],
        channel_spread=_spread(ranges),
        input_spread=1.0 if layer.groups > 1 else _spread(inputs),
        kurtosis=_kurtosis(values.reshape(-1).astype(np.float64)),
        peak=float(flat.max(initial=0.0) / max(float(values.std()), LEAST)),
        error=tuple(_error(values, codes) for codes in coded),
        clipped=tuple(_clipped(values, codes) for codes in coded),
    )


def _spread(ranges: Floats) -> float:
    """The largest over the median of those that are not zero."""
    used = ranges[ranges > 0]
    return float(used.max() / np.median(used)) if used.size else 1.0


def _kurtosis(values: NDArray[np.float64], weights: NDArray[np.float64] | None = None) -> float:
    """Fourth moment over the squared second, less the 3 of a normal distribution."""
    if not values.size:
        return 0.0
    apart = values - np.average(values, weights=weights)
    second = float(np.average(apart**2, weights=weights))
    fourth = float(np.average(apart**4, weights=weights))
    return fourth / second**2 - 3 if second > 0 else 0.0


def _error(values: Floats, codes: Codes) -> float:
    """Power of the rounding error over that of the weights."""
    power = float(np.square(values, dtype=np.float64).sum())
    lost = float(np.square(values - codes.dequantised(), dtype=np.float64).sum())
    return lost / power if power else 0.0


def _clipped(values: Floats, codes: Codes) -> float:
    """The share of weights that lie more than half a step beyond the last level."""
    levels = codes.levels.codes
    steps = values / codes.scale.reshape(-1, *[1] * (values.ndim - 1))
    if codes.shares is not None:
        steps = steps / shares(codes.shares)
    high = levels[-1] + (levels[-1] - levels[-2]) / 2
    low = levels[0] - (levels[1] - levels[0]) / 2
    tolerance = 1e-4 * (high - low)
    return float(((steps > high + tolerance) | (steps < low - tolerance)).mean())


def _inputs(changes: Changes, source: str) -> InputFacts | None:
    """Of a tensor, from what calibration saw; None where it is not quantised."""
    root = changes.root(source)
    seen = changes.observed.get(root)
    widths = [changes.grid(source, bits) for bits in WIDTHS[ACTIVATIONS]]
    if seen is None or any(grid is None for grid in widths):
        return None
    centres, counts = _centres(seen), seen.counts
    inside = np.cumsum(counts) / max(counts.sum(), 1)
    ends = np.searchsorted(inside, [(1 - INSIDE) / 2, (1 + INSIDE) / 2]).clip(0, len(centres) - 1)
    span, width = max(float(np.ptp(centres[ends])), LEAST), seen.high - seen.low
    return InputFacts(
        low=seen.low,
        high=seen.high,
        tail=float(max(width / span, 1.0)),
        kurtosis=_kurtosis(centres, counts) if counts.sum() else 0.0,
        clipped=tuple(_beyond(seen, grid) for grid in widths if grid is not None),
    )


def _centres(seen: Observed) -> NDArray[np.float64]:
    edges = np.linspace(seen.low, seen.high, len(seen.counts) + 1)
    return np.asarray((edges[1:] + edges[:-1]) / 2)


def _beyond(seen: Observed, grid: Grid) -> float:
    """The share of values that lie more than half a step beyond the grid."""
    centres, half = _centres(seen), grid.scale / 2
    out = (centres > grid.high + half) | (centres < grid.low - half)
    return float(seen.counts[out].sum() / max(seen.counts.sum(), 1))


def _of_weights(changes: Changes, unit: Unit) -> Histogram | None:
    if unit.layer is None:
        return None
    values = channels_first(unit.layer, floats(changes.prepared.network, unit.layer))
    low, high = _ends(float(values.min(initial=0.0)), float(values.max(initial=0.0)))
    after = {
        bits: _counts(changes.codes(bits)[unit.name].dequantised(), low, high)
        for bits in WIDTHS[WEIGHTS]
    }
    return Histogram(low, high, _counts(values, low, high), after)


def _of_inputs(changes: Changes, unit: Unit) -> Histogram | None:
    source = unit.sources[0]
    seen = changes.observed.get(changes.root(source))
    found = {bits: changes.grid(source, bits) for bits in WIDTHS[ACTIVATIONS]}
    if seen is None:
        return None
    centres = _centres(seen)
    low, high = _ends(seen.low, seen.high)
    after = {}
    for bits, grid in found.items():
        if grid is None:
            return None
        levels = np.clip(np.rint(centres / grid.scale) + grid.zero_point, 0, grid.top)
        values = (levels - grid.zero_point) * grid.scale
        after[bits] = _counts(values, low, high, seen.counts)
    return Histogram(low, high, _counts(centres, low, high, seen.counts), after)


def _ends(low: float, high: float) -> tuple[float, float]:
    return (low, high) if high > low else (low - 0.5, low + 0.5)


def _counts(
    values: NDArray[np.floating],
    low: float,
    high: float,
    weights: NDArray[np.float64] | None = None,
) -> tuple[int, ...]:
    """Values beyond the ends count in the outermost bins."""
    inside = np.clip(values.reshape(-1), low, high)
    found, _ = np.histogram(inside, BINS, (low, high), weights=weights)
    return tuple(int(count) for count in found)
