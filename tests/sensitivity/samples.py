"""Scores to show, made up."""

from __future__ import annotations

from typing import Any

from quant.sensitivity.scores import (
    ACTIVATIONS,
    KINDS,
    PRODUCT,
    RUN,
    SCALED,
    WIDTHS,
    InputFacts,
    LayerFacts,
    Loss,
    Score,
    Sensitivity,
    Total,
    WeightFacts,
)

CALM = WeightFacts(64, 1.5, 1.5, 0.0, 4.0, (0.1,) * 7, (0.0,) * 7)
WILD = WeightFacts(9, 40.0, 1.0, 30.0, 12.0, (0.1,) * 7, (0.0, 0.0, 0.02, 0.0, 0.0, 0.0, 0.0))
READ = InputFacts(-2.0, 6.0, 5.0, 2.0, (0.01, 0.0, 0.0, 0.0, 0.0))

LAYERS = (
    LayerFacts("stem", "Conv", 288, 28_800, (32, 1, 3, 3), 32, ("input",), WILD, READ),
    LayerFacts("mix", PRODUCT, 0, 1_000, (), 1, ("scores", "values"), None, READ),
    LayerFacts("classifier", "Gemm", 640, 640, (10, 64), 1, ("pooled",), CALM, READ),
)


def loss(size: float, *, is_run: bool = True) -> Loss:
    """A loss whose parts are all of a size."""
    return Loss(size, size / 10, size, size / 10, size, size / 10,
                size if is_run else None, size / 10 if is_run else None)  # fmt: skip


def sensitivity(**changes: Any) -> Sensitivity:
    """Three layers: the first loses nine times as much as the others; 5 to 7 bits were not run."""
    scores = tuple(
        Score(
            layer=layer.name,
            kind=kind,
            bits=bits,
            used_bits=8 if layer.name == "stem" and kind == ACTIVATIONS else bits,
            alone=loss((0.9 if layer.name == "stem" else 0.1) * 4.0**-bits, is_run=how == RUN),
            recovered=loss(4.0**-bits, is_run=how == RUN),
            alone_how=how,
            recovered_how=how,
        )
        for layer in LAYERS
        for kind in KINDS
        for bits in WIDTHS[kind]
        for how in [SCALED if bits in (5, 6, 7) else RUN]
        if kind == ACTIVATIONS or layer.parameters
    )
    values: dict[str, Any] = {
        "key": "k", "workload": "fashion-resnet", "method": "mse", "ranges": "mse", "seed": 0,
        "n": 128, "data": "Fashion-MNIST", "data_id": "0123456789ab", "has_labels": True,
        "layers": LAYERS, "scores": scores,
        "totals": tuple(Total(kind, bits, loss(4.0**-bits)) for kind in KINDS
                        for bits in WIDTHS[kind]),
        "seconds": 1.0, "cpu_seconds": 2.0, "machine": "EPYC, 2 cores",
        "made_at": "2026-01-01T00:00:00+00:00",
    }  # fmt: skip
    return Sensitivity(**(values | changes))
