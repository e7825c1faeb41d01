"""The picked layer: why it hurts, in words, and its values before and after."""

from __future__ import annotations

import streamlit as st

from pages.parts import cache, shell
from pages.parts.chart import PLAIN
from pages.parts.layers import bars, control
from quant import explain
from quant.bits import spread
from quant.bits.bits import NONE
from quant.bits.state import State
from quant.sensitivity.histograms import Histogram
from quant.sensitivity.scores import ACTIVATIONS, KINDS, WEIGHTS, LayerFacts, Sensitivity
from quant.sensitivity.words import why

NOUNS = {WEIGHTS: "weights", ACTIVATIONS: "inputs"}
MOST_NAMED = 3


def draw(found: Sensitivity, state: State) -> None:
    """Of one layer all that is known, of several what they come to together."""
    if len(state.picked) > 1:
        _several(found, state)
        return
    [place] = state.picked
    layer = found.layers[place]
    st.subheader(shell.escape(layer.name), anchor=False)
    with st.grid(2, min_column_width=320):
        for kind in KINDS:
            if kind == ACTIVATIONS or state.bits.weights[place] != NONE:
                with st.container():
                    _kind(found, layer, kind, state.bits.of_kind(kind)[place])


def _kind(found: Sensitivity, layer: LayerFacts, kind: str, bits: int) -> None:
    st.markdown(f"**{NOUNS[kind].capitalize()}, {_bits(bits)}.** {_why(found, layer, kind, bits)}")
    beside = cache.histograms(found.key).get(layer.name)
    held = beside and (beside.weights if kind == WEIGHTS else beside.inputs)
    if not held:
        st.caption(f"No histogram of its {NOUNS[kind]}: they stay in float or are not there.")
        return
    _histogram(layer, kind, held, bits)


def _why(found: Sensitivity, layer: LayerFacts, kind: str, bits: int) -> str:
    return shell.escape(why(found, layer, kind, bits))


def _histogram(layer: LayerFacts, kind: str, held: Histogram, bits: int) -> None:
    name = NOUNS[kind]
    st.plotly_chart(
        spread.drawn(held, bits),
        key=f"spread of {kind}",
        config=PLAIN,
        alt=spread.summary(layer.name, name, held, bits),
    )
    if told := spread.clipped(layer, kind, bits):
        st.caption(f"{told[0].upper()}{told[1:]}.")
    with st.expander(
        f"Table of its {name}", key=f"bins of {kind}", on_change="rerun", type="compact"
    ) as more:
        if more.open:
            st.dataframe(
                spread.table(held, bits),
                hide_index=True,
                key=f"table of {kind}",
                alt=f"Histogram of the {name} of {layer.name}, a bin a row",
            )


def _several(found: Sensitivity, state: State) -> None:
    layers = [found.layers[place] for place in state.picked]
    weights = sum(layer.parameters for layer in found.layers) or 1
    macs = sum(layer.macs for layer in found.layers) or 1
    held = explain.share(sum(layer.parameters for layer in layers) / weights)
    work = explain.share(sum(layer.macs for layer in layers) / macs)
    st.subheader(shell.escape(control.title(found, state)), anchor=False)
    told = [f"{len(layers)} layers with {held} of the weights and {work} of the multiply-adds."]
    for kind in KINDS:
        cost = bars.of(found).cost(kind, state.bits)
        total, own = float(cost.sum()), float(cost[list(state.picked)].sum())
        if total > 0:
            worst = sorted(state.picked, key=lambda at: -cost[at])[:MOST_NAMED]
            named = explain.listed([found.layers[at].name for at in worst if cost[at] > 0])
            most = f", most from {named}" if named else ""
            told.append(
                f"Their {NOUNS[kind]} make {explain.share(own / total)} of the noise that "
                f"{NOUNS[kind]} make now{most}."
            )
    st.markdown("\n".join(f"- {shell.escape(sentence)}" for sentence in told))


def _bits(width: int) -> str:
    return "in float" if width == 32 else f"{width} bits"
