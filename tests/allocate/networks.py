"""A network of made-up layers whose scores follow a law."""

from __future__ import annotations

import numpy as np

from quant.sensitivity.scores import (
    ACTIVATIONS,
    KINDS,
    PRODUCT,
    WEIGHTS,
    WIDTHS,
    LayerFacts,
    Loss,
    Score,
    Sensitivity,
    Total,
)


def loss(noise: float) -> Loss:
    return Loss(noise, noise / 10, noise, noise / 10, noise, noise / 10, noise / 4, noise / 40)


def network(count: int = 6, seed: int = 0, *, labels: bool = True) -> Sensitivity:
    """The last but one is a product of activations; the first two read one tensor."""
    draw = np.random.default_rng(seed)
    layers, scores = [], []
    for at in range(count):
        product = at == count - 2
        out = int(draw.integers(8, 64))
        shape = () if product else (out, int(draw.integers(8, 64)), 3, 3)
        size = 0 if product else int(np.prod(shape))
        sources = ("t0",) if at < 2 else (f"t{at}",)
        name = f"layer{at}"
        layers.append(
            LayerFacts(
                name, PRODUCT if product else "Conv", size, 1000 * (at + 1), shape, 1, sources
            )
        )
        for kind in KINDS:
            if kind == WEIGHTS and product:
                continue
            gain = 10 ** draw.uniform(-2, 1)
            for bits in WIDTHS[kind]:
                used = 8 if kind == ACTIVATIONS and at == 0 else bits
                one = loss(gain * 4.0**-used)
                scores.append(Score(name, kind, bits, used, one, one))
    totals = [
        Total(
            kind,
            bits,
            loss(1.3 * sum(s.alone.noise for s in scores if (s.kind, s.bits) == (kind, bits))),
        )
        for kind in KINDS
        for bits in WIDTHS[kind]
    ]
    return Sensitivity(
        "key", "made-up", "mse", "mse", 0, 128, "data", "id", labels, tuple(layers),
        tuple(scores), tuple(totals), 1.0, 1.0, "machine", "2026-01-01",
    )  # fmt: skip
