"""Methods that look at one weight at a time, over a whole network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from quant.graph.layers import Layer
from quant.graph.network import Network
from quant.grid import Grid
from quant.lower.lowering import bias_of, paired
from quant.lower.placement import Placement
from quant.lower.weights import channels_first, least_scale
from quant.plan import Plan
from quant.rounding.codes import Rounded, RoundedLayer, Rounding, Weight, smallest_safe_scale
from quant.rounding.mse import round_mse
from quant.rounding.nearest import round_nearest
from quant.rounding.scales import Floats, Scales
from quant.rounding.shares import chosen as chosen_shares

PLAIN: dict[str, Rounding] = {"nearest": round_nearest, "mse": round_mse}


def round_all(weights: Mapping[str, Weight], rounding: Rounding) -> Rounded:
    """Every layer by the same method, from its weight alone."""
    scales = next((weight.scales for weight in weights.values()), Scales.below(1.0))
    layers = {name: RoundedLayer(rounding(weight)) for name, weight in weights.items()}
    return Rounded(layers, scales)


def weights_of(
    network: Network,
    layers: Sequence[Layer],
    plan: Plan,
    placement: Placement,
    grids: Mapping[str, Grid],
) -> dict[str, Weight]:
    """What is to be rounded, by layer: weights of up to 8 bits, with the scales that all share."""
    chosen = [layer for layer in layers if plan[layer.name].weights <= 8]
    values = {layer.name: channels_first(layer, floats(network, layer)) for layer in chosen}
    least = {layer.name: _least(layer, network, placement, grids) for layer in chosen}
    pair = {layer.name: layer.source in placement.widths and paired(layer) for layer in chosen}
    largest = [
        max(
            float(smallest_safe_scale(value, plan[name].weights, pair[name]).max(initial=0.0)),
            0.0 if floor is None else float(floor.max(initial=0.0)),
        )
        for (name, value), floor in zip(values.items(), least.values(), strict=True)
    ]
    scales = Scales.below(max(largest, default=1.0))
    shares = chosen_shares(values, {name: plan[name].weights for name in values})
    return {
        name: Weight(value, plan[name].weights, scales, pair[name], least[name], shares.get(name))
        for name, value in values.items()
    }


def floats(network: Network, layer: Layer) -> Floats:
    """The layer's weight as its node reads it, float32."""
    return network.constant(layer.weight).astype(np.float32)


def _least(
    layer: Layer, network: Network, placement: Placement, grids: Mapping[str, Grid]
) -> Floats | None:
    if layer.added or layer.source not in placement.widths:
        return None
    return least_scale(bias_of(layer, network), grids[layer.source].scale)
