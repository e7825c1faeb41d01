"""What each layer's widths add to the noise of the logits: the model is a sum."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from quant.recipe import FLOAT
from quant.sensitivity.scores import ACTIVATIONS, WEIGHTS, Sensitivity

Gains = Mapping[str, float]  # noise after a method over that of the scores, by layer


class Losses(Protocol):
    """Of a network."""

    def of(self, layer: str, weights: int, activations: int) -> float:
        """Power of the logits' error over theirs, from this layer alone."""

    def used(self, layer: str, activations: int) -> int:
        """The width that its inputs would have: some stay wider."""


class Additive:
    """Noise of a layer's weights and of its inputs, each as measured alone, summed.

    To first order, rounding errors of different layers are independent and pass linearly to the
    logits, so their powers add: Zhou et al. 2018, Adaptive Quantization for Deep Neural Network,
    eq. 10, arXiv:1712.01048. `gains` are what a method that learns leaves of the noise of plain
    rounding, by layer. More bits are never predicted to be worse.
    """

    def __init__(self, found: Sensitivity, gains: Gains | None = None) -> None:
        own: dict[tuple[str, str, int], float] = {}
        self._used = {(s.layer, s.bits): s.used_bits for s in found.scores if s.kind == ACTIVATIONS}
        lowest: dict[tuple[str, str], float] = {}
        for score in sorted(found.scores, key=lambda one: one.bits):
            noise = max(score.alone.noise, 0.0)
            if gains and score.kind == WEIGHTS:
                noise *= gains.get(score.layer, 1.0)
            name = score.layer, score.kind
            lowest[name] = min(noise, lowest.get(name, noise))
            own[*name, score.bits] = lowest[name]
        self._own = own

    def of(self, layer: str, weights: int, activations: int) -> float:
        return self._own.get((layer, WEIGHTS, weights), 0.0) + self._own.get(
            (layer, ACTIVATIONS, activations), 0.0
        )

    def used(self, layer: str, activations: int) -> int:
        return self._used.get((layer, activations), activations) if activations < FLOAT else FLOAT
