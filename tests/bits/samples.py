"""Networks of any number of layers, with scores made up."""

from __future__ import annotations

from typing import Any

from quant.sensitivity.scores import (
    ACTIVATIONS,
    KINDS,
    PRODUCT,
    WIDTHS,
    InputFacts,
    LayerFacts,
    Loss,
    Score,
    Sensitivity,
    Total,
    WeightFacts,
)

PLAIN = WeightFacts(64, 1.5, 1.5, 0.0, 4.0, (0.1,) * 7, (0.0,) * 7)
FEW = WeightFacts(9, 40.0, 1.0, 30.0, 12.0, (0.1,) * 7, (0.0, 0.0, 0.02, 0.0, 0.0, 0.0, 0.0))
INPUTS = InputFacts(-2.0, 6.0, 5.0, 2.0, (0.01, 0.0, 0.0, 0.0, 0.0))


def layers(count: int) -> tuple[LayerFacts, ...]:
    """Blocks of a depthwise and a 1×1 convolution, then a classifier; of three and more, the one
    before the last is a product of two activations."""
    made = []
    for at in range(count - 1):
        block, depthwise = at // 2, at % 2 == 0
        name = f"blocks.{block // 8}.{block}.{'spatial' if depthwise else 'point'}"
        if count > 2 and at == count - 2:
            made.append(LayerFacts(f"{name}.mix", PRODUCT, 0, 1_000, (), 1, ("scores", "values"),
                                   None, INPUTS))  # fmt: skip
            continue
        shape = (64, 1, 3, 3) if depthwise else (64, 64, 1, 1)
        size = 576 if depthwise else 4_096
        made.append(LayerFacts(name, "Conv", size, 49 * size, shape, 64 if depthwise else 1,
                               (f"x{at}",), FEW if depthwise else PLAIN, INPUTS))  # fmt: skip
    made.append(LayerFacts("classifier", "Gemm", 640, 640, (10, 64), 1, ("pooled",), PLAIN, INPUTS))
    return tuple(made)


def network(count: int, **changes: Any) -> Sensitivity:
    """Depthwise layers hurt ten times as much as others."""
    every = layers(count)
    scores = tuple(
        Score(layer.name, kind, bits, bits, lost, lost)
        for at, layer in enumerate(every)
        for kind in KINDS
        if kind == ACTIVATIONS or layer.op != PRODUCT
        for bits in WIDTHS[kind]
        for lost in [_loss((1.0 if layer.groups > 1 else 0.1) * (1 + at % 5) * 4.0**-bits / count)]
    )
    totals = tuple(
        Total(
            kind,
            bits,
            _loss(sum(s.alone.noise for s in scores if (s.kind, s.bits) == (kind, bits))),
        )
        for kind in KINDS
        for bits in WIDTHS[kind]
    )
    values: dict[str, Any] = {
        "key": f"k{count}", "workload": "fashion-resnet", "method": "mse", "ranges": "mse",
        "seed": 0, "n": 128, "data": "Fashion-MNIST", "data_id": "0123456789ab",
        "has_labels": True, "layers": every, "scores": scores, "totals": totals, "seconds": 1.0,
        "cpu_seconds": 2.0, "machine": "EPYC, 2 cores", "made_at": "2026-01-01T00:00:00+00:00",
    }  # fmt: skip
    return Sensitivity(**(values | changes))


def _loss(size: float) -> Loss:
    return Loss(size, size / 10, size, size / 10, size, size / 10, size, size / 10)
