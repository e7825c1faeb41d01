"""Cross-layer equalisation: choose free scales so that neither weights nor activations lose most.

Function-preserving: what one layer divides its outputs by, its readers multiply their weights by.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from quant.graph.layers import Layer, layers_of
from quant.graph.prepared import Prepared
from quant.plan import Plan
from quant.rounding.absorb import absorb
from quant.rounding.channels import Channels, watch
from quant.rounding.codes import Weight
from quant.rounding.freedom import Freedom, freedoms
from quant.rounding.matrices import Constants, rows_of
from quant.rounding.mse import search
from quant.rounding.scales import Floats, Scales

STRENGTHS = (0.25, 0.5, 0.75, 1.0)
LEAST_GAIN = 0.02  # of the expected error; below, a network stays as it is
MOST_RATIO = 1e4  # between the scales of a vector: dead channels are not blown up
SAMPLED_ROWS = 32  # of a weight, on which its error is tried


def equalise(prepared: Prepared, plan: Plan, batches: Iterable[NDArray[np.float32]]) -> Prepared:
    """The same network with other scales inside, and with high biases absorbed.

    For each vector of free scales, several strengths of two balances are tried, and the one with
    the least expected squared error at the plan's widths is taken.

    Source: Nagel et al., arXiv:1906.04721, section 4.1 (convolutions); Xiao et al., SmoothQuant,
    eq. 4, arXiv:2211.10438, and Li et al., RepQ-ViT, eq. 7-9, arXiv:2212.08254 (behind LayerNorm).
    Weights have a scale for each output channel here, so the range of the making layer costs
    nothing, and the activation's takes its place in the balance.
    """
    free = freedoms(prepared)
    seen = watch(prepared.model, sorted({t for f in free for t in f.tensors}), batches)
    constants = Constants(prepared.network)
    for freedom in free:
        scales = _scales(freedom, plan, seen, constants)
        if scales is not None:
            _apply(freedom, scales, constants)
            for name in freedom.tensors:
                one = seen[name]
                seen[name] = Channels(one.least / scales, one.most / scales, one.power / scales**2)
    absorb(free, plan, seen, constants)
    if not constants.changed:
        return prepared
    model = constants.model(prepared.model)
    digest = hashlib.sha256(model.SerializeToString()).hexdigest()
    return replace(prepared, model=model, layers=layers_of(model), sha256=digest)


def _scales(
    freedom: Freedom, plan: Plan, seen: Mapping[str, Channels], constants: Constants
) -> Floats | None:
    """The best of the candidates, or None where none of them gains much."""
    read = {layer.source for layer in freedom.readers}
    inputs = [seen[name] for name in freedom.tensors if name in read]
    if not inputs:
        return None
    tops = [float(one.span.max()) for one in inputs]
    span = np.max([one.span / top for one, top in zip(inputs, tops, strict=True)], axis=0)
    power = np.mean([one.power / top**2 for one, top in zip(inputs, tops, strict=True)], axis=0)
    rows = [rows_of(layer, constants) for layer in freedom.readers]

    def error(scales: Floats) -> float:
        pairs = zip(freedom.readers, rows, strict=True)
        return sum(_error(layer, matrix, scales, span, power, plan) for layer, matrix in pairs)

    best, least = None, error(np.ones_like(span)) * (1 - LEAST_GAIN)
    for wanted in _candidates(span, power, rows):
        scales = _bounded(wanted)
        found = error(scales)
        if found < least:
            best, least = scales, found
    return best


def _candidates(span: Floats, power: Floats, rows: Sequence[Floats]) -> Iterator[Floats]:
    """Scales that balance largest values (Nagel, Xiao), or mean ones, in several strengths."""
    largest = np.maximum(np.max([np.abs(matrix).max(0) for matrix in rows], axis=0), 1e-9)
    mean = np.sqrt(sum(np.square(matrix).mean(0) for matrix in rows)) + 1e-9
    for strength in STRENGTHS:
        yield np.maximum(span, 1e-6) ** strength / largest ** (1 - strength)
    for strength in STRENGTHS:
        yield (np.sqrt(power + 1e-12) / mean) ** (strength / 2)


def _bounded(wanted: Floats) -> Floats:
    """The largest of them 1."""
    return np.asarray(np.maximum(wanted / wanted.max(), 1 / MOST_RATIO), np.float32)


def _error(
    layer: Layer, rows: Floats, scales: Floats, span: Floats, power: Floats, plan: Plan
) -> float:
    """Expected squared error of a layer's answers, as a share of their power."""
    bits = plan[layer.name]
    error = 0.0
    if bits.activations <= 8:
        step = float((span / scales).max()) / (2**bits.activations - 1)
        error += step**2 / 12 * float(np.square(rows * scales).sum())
    if bits.weights <= 8 and layer.groups == 1:  # a depthwise channel's own scale follows
        every = max(1, len(rows) // SAMPLED_ROWS)
        weight = np.ascontiguousarray(rows[::every] * scales)
        known = Weight(weight, bits.weights, Scales.below(float(np.abs(weight).max())))
        importance = np.ascontiguousarray(np.broadcast_to(power / scales**2, weight.shape))
        scale, levels = search(known, importance)
        rounded = levels.nearest(np.asarray(weight / scale[:, None], np.float32)) * scale[:, None]
        lost = float((np.square(rounded - weight) * importance).sum())
        error += lost * len(rows) / len(weight)
    return error / max(float((np.square(rows) @ power).sum()), 1e-30)


def _apply(freedom: Freedom, scales: Floats, constants: Constants) -> None:
    inverse = np.asarray(1 / scales, np.float32)
    for layer in freedom.makers:
        constants.scale(layer.weight, inverse, layer.channel_axis)
        for name in filter(None, [layer.bias, layer.added]):
            constants.scale(name, inverse)
    for node in freedom.norms:
        for name in node.input[1:3]:
            constants.scale(name, inverse)
    for layer in freedom.readers:
        constants.scale_inputs(layer, scales)
