"""Absorbing biases: what a channel never falls below is carried by the next layer's bias."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from quant.graph.layers import Layer
from quant.graph.network import attribute
from quant.plan import Plan
from quant.rounding.channels import Channels
from quant.rounding.freedom import Freedom
from quant.rounding.matrices import Constants, answers_to
from quant.rounding.scales import Floats


def absorb(
    free: Sequence[Freedom], plan: Plan, seen: Mapping[str, Channels], constants: Constants
) -> None:
    """Shift channels where that makes a tensor's range smaller, and let its readers make up for it.

    Behind an activation function a channel is shifted by what it never falls below (Nagel et al.,
    arXiv:1906.04721, section 4.1.3, from pictures in place of batch norm's three deviations);
    elsewhere by the middle of its range (Li et al., RepQ-ViT, eq. 8, arXiv:2212.08254).
    """
    for freedom in free:
        if len(freedom.makers) + len(freedom.norms) != 1:
            continue
        if not all(_can_carry(layer, constants) for layer in freedom.readers):
            continue
        if all(plan[layer.name].activations > 8 for layer in freedom.readers):
            continue
        read = [seen[name] for name in {layer.source for layer in freedom.readers} if name in seen]
        if len(read) != 1 or not _has_bias(freedom):
            continue
        shift = _shift(read[0], is_bent=freedom.bent)
        if shift is not None:
            _move(freedom, shift, constants)


def _shift(channels: Channels, *, is_bent: bool) -> Floats | None:
    low, high = channels.least, channels.most
    shift = np.maximum(low, 0) if is_bent else (low + high) / 2
    before = max(float(high.max()), 0.0) - min(float(low.min()), 0.0)
    after = max(float((high - shift).max()), 0.0) - min(float((low - shift).min()), 0.0)
    return np.asarray(shift, np.float32) if after < 0.98 * before else None


def _has_bias(freedom: Freedom) -> bool:
    if freedom.norms:
        return len(freedom.norms[0].input) > 2
    maker = freedom.makers[0]
    return bool(maker.bias or maker.added)


def _can_carry(layer: Layer, constants: Constants) -> bool:
    """A layer with a bias of its own, whose padding would not miss the shift."""
    if not (layer.bias or layer.added):
        return False
    node = next(node for node in constants.network.nodes if node.name == layer.node)
    if any(attribute(node, "pads", ())):
        return False
    return bool(attribute(node, "auto_pad", b"NOTSET") in (b"NOTSET", b"VALID"))


def _move(freedom: Freedom, shift: Floats, constants: Constants) -> None:
    names = [str(node.input[2]) for node in freedom.norms]
    names += [layer.bias or layer.added for layer in freedom.makers]
    for name in names:
        constants.changed[name] = np.asarray(constants.value(name) - shift, np.float32)
    for layer in freedom.readers:
        carried = answers_to(layer, shift, constants)
        name = layer.bias or layer.added
        constants.changed[name] = np.asarray(constants.value(name) + carried, np.float32)
