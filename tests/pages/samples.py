"""Made-up but valid measurements, shaped like those of fashion-resnet."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from math import nan
from typing import Any

import numpy as np

from quant.recipe import Recipe
from quant.records import LayerOutcome, Machine, Measurement
from quant.samples import Samples

CONTENT = b"a network"  # of every sample's file
CONTENT_SHA256 = hashlib.sha256(CONTENT).hexdigest()
EPYC = Machine("a1b2c3d4e5f6", "AMD EPYC 9R14", 2, 8.0, ("avx2", "avx512_vnni"), "Linux x86_64")
XEON = Machine("0f1e2d3c4b5a", "Intel Xeon 8488C", 4, 16.0, ("avx2",), "Linux x86_64")
PICTURES = 10_000
FP32_BYTES = 5_300_000
FP32_ACCURACY = 0.9412
DROPS = {8: 0.0002, 7: 0.0003, 6: 0.0006, 5: 0.0014, 4: 0.0041, 3: 0.0204, 2: 0.1730}


def outcomes(recipe: Recipe) -> tuple[LayerOutcome, ...]:
    """Three layers; the last stays in float."""
    bits, kernel = (recipe.weights, recipe.activations), "QLinearConv"
    return (
        LayerOutcome("stem", "Conv", 8, 8, 225_792, 288, kernel, note="the input stays at 8 bits"),
        LayerOutcome("body.0", "Conv", *bits, 7_225_344, 9_216, kernel),
        LayerOutcome("mean", "ReduceMean", 32, 32, 0, 0, "", kept="ReduceMean has no kernel"),
    )


def measurement(recipe: Recipe | None = None, **changes: Any) -> Measurement:
    """One point; whatever is named in `changes` replaces what would be made up."""
    made_of = recipe or Recipe(weights=4, activations=8, method="mse")
    drop = changes.get("drop", _drop(made_of))
    size = FP32_BYTES * made_of.weights // 32 + (0 if made_of.is_fp32 else 40_000)
    speed = 0.62 if made_of.activations == 32 else 0.24 + made_of.weights / 2000
    values: dict[str, Any] = {
        "key": made_of.id + "0" * 8,
        "workload": "fashion-resnet",
        "recipe": made_of,
        "data": "Fashion-MNIST, 10,000 report pictures",
        "n": PICTURES,
        "accuracy": FP32_ACCURACY - drop,
        "accuracy_low": FP32_ACCURACY - drop - 0.0048,
        "accuracy_high": FP32_ACCURACY - drop + 0.0046,
        "top5": 0.999,
        "top5_low": 0.998,
        "top5_high": 0.9995,
        "fp32_accuracy": FP32_ACCURACY,
        "drop": drop,
        "drop_low": drop - 0.0015,
        "drop_high": drop + 0.0015,
        "flips": 40,
        "lost": 25,
        "gained": 15,
        "p_value": 0.154,
        "sqnr_db": None if made_of.is_fp32 else 6.0 * made_of.weights,
        "size_bytes": size,
        "fp32_size_bytes": FP32_BYTES,
        "effective_weight_bits": float(made_of.weights),
        "effective_activation_bits": float(made_of.activations),
        "latency_ms": speed,
        "latency_low_ms": speed * 0.98,
        "latency_high_ms": speed * 1.02,
        "fp32_latency_ms": 0.62,
        "fp32_latency_low_ms": 0.61,
        "fp32_latency_high_ms": 0.63,
        "latency_runs": 400,
        "threads": 2,
        "runtime": "onnxruntime",
        "kernels": {"QLinearConv": 20, "QGemm": 1},
        "integer_mac_share": 0.0 if made_of.is_fp32 else 1.0,
        "outcomes": outcomes(made_of),
        "quantize_seconds": 0.6,
        "evaluate_seconds": 2.4,
        "machine": EPYC,
        "artifact": f"artifacts/{made_of.id}.onnx",
        "artifact_sha256": CONTENT_SHA256,
        "oldest_runtime": "1.19",
        "measured_at": "2026-05-04T10:20:30+00:00",
        "versions": {"bitfront": "0.1.0", "onnxruntime": "1.27.0", "python": "3.11.9"},
    }
    values |= changes
    if "latency_ratio" not in changes:
        values |= _ratio(values)
    return Measurement(**values)


def said(point: Measurement) -> bytes:
    """Answers to the point's pictures that fit its accuracy: of fifteen pictures more than its loss
    asks for, it has each way another answer than FP32."""
    labels = np.arange(point.n) % 10
    draw = np.random.default_rng(int(point.recipe.id[:8], 16))
    order = np.random.default_rng(0).permutation(point.n)  # the first ones FP32 has right
    fp32 = round(FP32_ACCURACY * point.n)
    right = np.isin(np.arange(point.n), order[:fp32])
    if not point.recipe.is_fp32:
        few = min(15, (point.n - fp32) // 2)
        gained = draw.choice(order[fp32:], few, replace=False)
        lost = min(round(point.drop * point.n) + few, fp32)
        right[draw.choice(order[:fp32], lost, replace=False)] = False
        right[gained] = True
    predictions = np.where(right, labels, (labels + 1) % 10)
    return Samples(predictions, np.full(point.n, 0.9), labels).pack()


def sweep() -> list[Measurement]:
    """FP32 and fourteen recipes: both methods from w8a8 to w2a8, and two of four-bit inputs."""
    recipes = [Recipe.fp32()]
    recipes += [Recipe(bits, 8, "mse") for bits in DROPS] + [
        Recipe(bits, 8, "nearest") for bits in (8, 6, 4, 3, 2)
    ]
    recipes += [Recipe(4, 4, "mse", "mse"), Recipe(8, 4, "mse", "mse")]
    return [measurement(recipe) for recipe in recipes]


def unmeasurable(measured: Measurement) -> Measurement:
    """The same point without an accuracy."""
    return replace(measured, accuracy=nan)


def _ratio(values: dict[str, Any]) -> dict[str, float]:
    """FP32's latency is that of every run, so intervals are the file's own."""
    names = {"": "latency_ms", "_low": "latency_low_ms", "_high": "latency_high_ms"}
    if values["recipe"].is_fp32:
        return {f"latency_ratio{end}": 1.0 for end in names}
    fp32 = values["fp32_latency_ms"]
    return {f"latency_ratio{end}": values[name] / fp32 for end, name in names.items()}


def _drop(recipe: Recipe) -> float:
    if recipe.is_fp32:
        return 0.0
    rounded = 1.0 if recipe.method == "mse" else 2.6
    inputs = 1.0 if recipe.activations == 8 else 3.0
    return min(0.8, DROPS.get(recipe.weights, 0.0) * rounded + 0.004 * (inputs - 1))
