"""A real layer's weights, with one scale for all and one for each channel."""

from __future__ import annotations

import numpy as np
import streamlit as st

from pages.parts import cache, terms
from pages.parts.learning import frame, state
from quant.learn import figures, layer

TENSOR, CHANNEL = "One for all", "One a channel"
USUAL_BITS = 4


def draw() -> None:
    """The histogram before and after, and the channels that one scale for all hurts."""
    frame.heading(
        "One scale for all, or one a channel",
        "These are the weights of a network that ships with Bitfront. Channels differ in size: one "
        "scale has to reach the largest weight of all, and leaves small channels hardly a level.",
    )
    names = layer.networks()
    if not names:
        st.info("The weights of the networks that ship are not here.", icon=":material/hide_image:")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        network = state.picked("Network", "network", names, forget=("layer",), small=False)
        of = _layer(network)
        how = state.picked(
            "Scales", "of", (TENSOR, CHANNEL), tip=terms.told("", "scale", "per-channel")
        )
    bits = state.slider(
        "Bits a weight", "bits", 2, 8, USUAL_BITS, tip=terms.told("", "bit-width", "weights")
    )
    weights = layer.layers(network)[of]
    tensor, channel = cache.drawn(
        ("learn rounded", network, of, bits),
        lambda: tuple(layer.rounded(weights, bits, per_channel=each) for each in (False, True)),
    )
    shown = tensor if how == TENSOR else channel
    frame.figures(
        (
            "One for all",
            f"{tensor.sqnr_db:.1f} dB",
            terms.told("Of all weights of the layer.", "sqnr", "per-channel"),
        ),
        (
            "One a channel",
            f"{channel.sqnr_db:.1f} dB",
            terms.told("Of all weights of the layer.", "sqnr", "per-channel"),
        ),
        (
            "Size",
            f"{shown.size_bytes:,} bytes",
            terms.told(f"With scales; {4 * weights.size:,} in FP32.", "size", "effective-bits"),
        ),
    )
    made, words = cache.drawn(
        ("learn histogram", network, of, bits, how),
        lambda: figures.histograms(weights, shown.after),
    )
    frame.chart(made, words, "histogram")
    made, words = cache.drawn(
        ("learn channels", network, of, bits), lambda: figures.channels(weights, tensor, channel)
    )
    frame.chart(made, words, "channels")
    frame.table(
        {
            "channel": list(range(len(weights))),
            "largest weight": np.abs(weights).max(axis=1),
            "one scale for all, dB": tensor.by_channel_db,
            "one a channel, dB": channel.by_channel_db,
        },
        "channels",
    )


def _layer(network: str) -> str:
    """The one that is hurt most comes first."""
    first = layer.most_telling(network)
    names = (first, *(name for name in layer.layers(network) if name != first))
    return state.picked("Layer", "layer", names, small=False)
