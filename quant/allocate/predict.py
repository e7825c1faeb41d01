"""What an assignment should come to, before any file is made. Never a measurement."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from quant.allocate.calibration import NoiseFit, decibels, fitted
from quant.allocate.drops import Drops, Seen, drops
from quant.allocate.latency import Pace
from quant.allocate.losses import Additive, Gains
from quant.allocate.predicted import Checked, Predicted
from quant.allocate.problem import Widths
from quant.allocate.sizes import TABLES, Sizes, sizes
from quant.recipe import ACTIVATION_BITS, FLOAT, WEIGHT_BITS, Recipe
from quant.records import Measurement
from quant.sensitivity.scores import PRODUCT, WEIGHTS, WIDTHS, Sensitivity

LEAST_SIZE_ERROR = 0.01  # of a file's bytes
LATENCY_ERROR = 0.15  # of ms: how far repeats on one machine lie apart


class Predictor:
    """For the files of one network, method and ranges.

    Noise is the sum of what layers add (`Additive`), brought to what files have by `fit`; what that
    loses is read from `curve`. Both rest on `measured`, files of this network, where there are any.
    """

    def __init__(
        self,
        found: Sensitivity,
        method: str,
        ranges: str,
        measured: Iterable[Measurement] = (),
        pace: Pace | None = None,
        gains: Gains | None = None,
    ) -> None:
        own = [one for one in measured if _is_of(one, found)]
        self.found, self.method, self.ranges, self.pace = found, method, ranges, pace
        self.losses = Additive(found, gains)
        self.layers = found.layers
        self.names = tuple(layer.name for layer in found.layers)
        self.alike = _newest(
            one for one in own
            if (one.recipe.method, one.recipe.ranges) == (method, ranges) and not _is_float(one)
        )  # fmt: skip
        files = [(one.recipe, float(one.size_bytes)) for one in own]
        same = [one for one in files if one[0].method == method]
        self.sizes: Sizes = sizes(found, method, same or files)
        self._tables()
        noisy = [one for one in self.alike if one.sqnr_db is not None]
        self.fit: NoiseFit = fitted(
            [self.summed(self.widths(one.recipe)) for one in noisy],
            [10 ** (-(one.sqnr_db or 0.0) / 10) for one in noisy],
            _start(found),
        )
        self.curve: Drops | None = _curve(found, own)
        self.taught = sum(one.sqnr_db is not None and not one.recipe.is_fp32 for one in own)

    def widths(self, recipe: Recipe) -> list[Widths]:
        """Of each layer, in network order."""
        own = {name: (weights, inputs) for name, weights, inputs in recipe.layers}
        return [own.get(name, (recipe.weights, recipe.activations)) for name in self.names]

    def summed(self, widths: Sequence[Widths]) -> float:
        """The noise of all layers, before it is brought to what files have."""
        rows, weights, inputs = self._index(widths)
        return float(
            self._weight_noise[rows, weights].sum() + self._input_noise[rows, inputs].sum()
        )

    def of(self, widths: Sequence[Widths]) -> Predicted:
        """Of every layer in network order; products of activations among them."""
        rows, weights, inputs = self._index(widths)
        noise, low, high = self.fit.of(self.summed(widths))
        size = self._size(widths, rows, weights)
        off = max(self.sizes.error or 0.0, LEAST_SIZE_ERROR)
        used = self._used[rows, inputs]
        latency = self._latency(widths, used)
        drop_low, drop_high = self.curve.between(low, high) if self.curve else (None, None)
        wide = np.where(self._is_product, used, np.array([w for w, _ in widths], float))
        return Predicted(
            size, size * (1 - off), size * (1 + off),
            latency,
            None if latency is None else latency * (1 - LATENCY_ERROR),
            None if latency is None else latency * (1 + LATENCY_ERROR),
            noise, low, high,
            self.curve.of(noise) if self.curve else None, drop_low, drop_high,
            float((self._macs * wide * used).sum()),
        )  # fmt: skip

    def noise_for(self, drop: float) -> float | None:
        """The sum of noises, as `Limits.noise` counts it, that is predicted to lose this much."""
        return None if self.curve is None else self.fit.inverse(self.curve.noise_for(drop))

    @property
    def calibration(self) -> tuple[Checked, ...]:
        """The measured points of this method, each beside what is predicted of it."""
        return tuple(
            Checked(one.recipe, self.of(self.widths(one.recipe)), one) for one in self.alike
        )

    def _tables(self) -> None:
        """Noise, bytes and used widths by layer and width, so that a sum takes microseconds."""
        count = len(self.layers)
        self._weight_noise = np.zeros((count, FLOAT + 1))
        self._input_noise = np.zeros((count, FLOAT + 1))
        self._bytes = np.zeros((count, FLOAT + 1))
        self._used = np.full((count, FLOAT + 1), float(FLOAT))
        self._macs = np.array([float(layer.macs) for layer in self.layers])
        self._is_product = np.array([layer.op == PRODUCT for layer in self.layers])
        for at, layer in enumerate(self.layers):
            for bits in WEIGHT_BITS:
                self._weight_noise[at, bits] = self.losses.of(layer.name, bits, FLOAT)
                self._bytes[at, bits] = 0.0 if layer.op == PRODUCT else self.sizes.of(layer, bits)
            for bits in ACTIVATION_BITS:
                self._input_noise[at, bits] = self.losses.of(layer.name, FLOAT, bits)
                self._used[at, bits] = self.losses.used(layer.name, bits)

    def _index(self, widths: Sequence[Widths]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        pairs = np.array(widths, np.intp).reshape(-1, 2)
        return np.arange(len(pairs)), pairs[:, 0], pairs[:, 1]

    def _size(self, widths: Sequence[Widths], rows: np.ndarray, weights: np.ndarray) -> float:
        own = weights[~self._is_product]
        tables = sum(TABLES.get(int(bits), 0.0) for bits in np.unique(own))
        usual = np.bincount(own).argmax() if len(own) else FLOAT
        named = sum(
            len(n) + 8 for n, (bits, _) in zip(self.names, widths, strict=True) if bits != usual
        )
        return float(self.sizes.base + self._bytes[rows, weights].sum() + tables + named)

    def _latency(self, widths: Sequence[Widths], used: np.ndarray) -> float | None:
        if self.pace is None:
            return None
        each = (
            self.pace.of(name, FLOAT if product else bits, int(width))
            for name, (bits, _), width, product in zip(
                self.names, widths, used, self._is_product, strict=True
            )
        )
        return self.pace.call_ms + sum(each)


def _is_of(one: Measurement, found: Sensitivity) -> bool:
    return one.workload == found.workload and one.data_id in ("", found.data_id)


def _is_float(one: Measurement) -> bool:
    return one.recipe.least_weights > 8 or one.recipe.least_activations == FLOAT


def _newest(measured: Iterable[Measurement]) -> list[Measurement]:
    """One of each recipe: that of most pictures."""
    kept: dict[Recipe, Measurement] = {}
    for one in measured:
        if one.recipe not in kept or one.n >= kept[one.recipe].n:
            kept[one.recipe] = one
    return list(kept.values())


def _start(found: Sensitivity) -> NoiseFit:
    """Where no file was measured: all layers at once, as the scores have it, over the sums.

    Both of plain rounding: totals have no gains of a method, so sums beside them have none either.
    """
    off, plain = [], Additive(found)
    for bits in WIDTHS[WEIGHTS]:
        total = found.total(WEIGHTS, bits)
        summed = sum(plain.of(layer.name, bits, FLOAT) for layer in found.layers)
        if total is not None and total.loss.noise > 0 and summed > 0:
            off.append(decibels(total.loss.noise) - decibels(summed))
    return NoiseFit(float(np.mean(off)) if off else 0.0)


def _curve(found: Sensitivity, measured: Sequence[Measurement]) -> Drops | None:
    """Through the files that were measured, and beyond their noise the scores' own totals."""
    seen = [
        Seen(10 ** (-one.sqnr_db / 10), one.drop, one.drop_low, one.drop_high, one.n)
        for one in measured
        if one.sqnr_db is not None and not one.recipe.is_fp32
    ]
    most = max((one.fp32_accuracy for one in measured), default=1.0)
    known = max((one.noise for one in seen), default=0.0)
    for total in found.totals:
        loss = total.loss
        if loss.drop is not None and loss.drop_error is not None and loss.noise > known:
            reach = 1.96 * loss.drop_error
            seen.append(Seen(loss.noise, loss.drop, loss.drop - reach, loss.drop + reach, found.n))
    return drops(seen, most)
