"""Why a layer is sensitive, in words that follow from facts. Torch-free."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from quant.explain import TIMES, listed
from quant.sensitivity.scores import (
    ACTIVATIONS,
    PRODUCT,
    WEIGHTS,
    WIDTHS,
    LayerFacts,
    Score,
    Sensitivity,
)

FEW = 16  # weights a channel, whose errors hardly cancel out
FAR_SPREAD = 4.0  # times the median range
FAR_PEAK = 10.0  # standard deviations; of 10,000 normal values the largest is at 4
FAR_TAIL = 3.0  # times the range that holds 99.9 % of the values
CLIPPED = 0.005  # a share that is told
MOST_NAMED = 3


def what(layer: LayerFacts) -> str:
    """`depthwise 3×3 convolution, 9 weights a channel`."""
    if layer.op == PRODUCT:
        return "product of two activations, which has no weights"
    a_channel = f"{layer.weights.a_channel:,} weights a channel" if layer.weights else ""
    if layer.op != "Conv":
        out, *inside = layer.shape
        return f"matrix of {'×'.join(f'{size:,}' for size in inside)} inputs and {out:,} outputs"
    kernel = "×".join(map(str, layer.shape[2:]))
    kind = ""
    if layer.groups > 1:
        kind = "depthwise " if layer.shape[1] == 1 else f"convolution in {layer.groups} groups, "
    name = f"{kind}{kernel}" + ("" if "groups" in kind else " convolution")
    return f"{name}, {a_channel}"


def reasons(layer: LayerFacts, kind: str, bits: int) -> list[str]:
    """What makes it hard to quantise, as phrases; none where nothing stands out."""
    found = _weights(layer, bits) if kind == WEIGHTS else _inputs(layer, bits)
    return list(found)


def why(found: Sensitivity, layer: LayerFacts, kind: str, bits: int) -> str:
    """One or two sentences: what it is, how it ranks, and what stands out."""
    score = found.score(layer.name, kind, bits)
    if score is None:
        return f"{layer.name}: a {what(layer)}."
    first = f"{_upper(what(layer))}; {_share(found, layer)}. {_rank(found, score)}"
    told = reasons(layer, kind, bits)
    if kind == ACTIVATIONS and score.used_bits > bits:
        told = [f"its input is the picture, a sum or a Softmax and stays at {score.used_bits} bits"]
    if not told:
        return f"{first} Nothing about its {_noun(kind)} stands out."
    return f"{first} {_upper('; '.join(told))}."


def headline(found: Sensitivity, kind: str, bits: int) -> str:
    """Which layers make most of the noise at a width."""
    scores = found.ranked(kind, bits)
    total = sum(max(score.alone.noise, 0.0) for score in scores)
    if not total:
        return f"No layer adds noise when its {_noun(kind)} have {bits} bits."
    some = scores[:MOST_NAMED]
    named = [f"{score.layer} ({_percent(score.alone.noise / total)})" for score in some]
    whose = "weights" if kind == WEIGHTS else "inputs"
    return (
        f"With {whose} of {bits} bits in one layer at a time, most noise comes from "
        f"{listed(named)}, of {len(scores)} layers."
    )


def basis(found: Sensitivity) -> str:
    """On what the scores rest."""
    labels = "" if found.has_labels else " Without labels that mean something, no accuracy is told."
    return (
        f"Tried on {found.n:,} pictures that calibrate ({found.data}), on none that is reported "
        f"on.{labels} Rounded by {found.method}, ranges by {found.ranges}."
    )


def _weights(layer: LayerFacts, bits: int) -> Iterator[str]:
    facts = layer.weights
    if facts is None:
        return
    if facts.a_channel <= FEW:
        yield f"the errors of only {facts.a_channel} weights a channel hardly cancel out"
    if facts.channel_spread >= FAR_SPREAD:
        yield f"one channel has {_times(facts.channel_spread)} the median range"
    if facts.input_spread >= FAR_SPREAD:
        yield (
            f"the weights of one input reach {_times(facts.input_spread)} as far as the median's, "
            "and all inputs of a channel share its scale"
        )
    if facts.peak >= FAR_PEAK:
        yield f"its largest weight is {facts.peak:.0f} standard deviations out"
    yield from _clipped("weights", facts.clipped, WIDTHS[WEIGHTS], bits)


def _inputs(layer: LayerFacts, bits: int) -> Iterator[str]:
    facts = layer.inputs
    if facts is None:
        return
    if facts.tail >= FAR_TAIL:
        yield f"its inputs reach {_times(facts.tail)} as far as 99.9 % of them"
    if facts.low < 0 < facts.high and -facts.low > facts.high / 4 and facts.tail >= FAR_TAIL:
        yield "to both sides of zero"
    yield from _clipped("inputs", facts.clipped, WIDTHS[ACTIVATIONS], bits)


def _clipped(noun: str, shares: Sequence[float], widths: Sequence[int], bits: int) -> Iterator[str]:
    share = dict(zip(widths, shares, strict=True)).get(bits, 0.0)
    if share >= CLIPPED:
        yield f"{_percent(share)} of the {noun} are clipped at {bits} bits"


def _share(found: Sensitivity, layer: LayerFacts) -> str:
    macs = sum(one.macs for one in found.layers)
    told = f"{_percent(layer.macs / macs)} of the multiply-adds" if macs else ""
    if not layer.parameters:
        return told
    weights = sum(one.parameters for one in found.layers)
    return f"{_percent(layer.parameters / weights)} of the weights and {told}"


def _rank(found: Sensitivity, score: Score) -> str:
    scores = found.ranked(score.kind, score.bits)
    place = [one.layer for one in scores].index(score.layer) + 1
    total = sum(max(one.alone.noise, 0.0) for one in scores)
    share = _percent(score.alone.noise / total) if total else "none"
    noun = f"{_noun(score.kind)} at {score.bits} bits"
    if place == 1 and len(scores) > 1:
        return f"Of {len(scores)} layers, its {noun} make the most noise, {share} of it."
    return f"Of {len(scores)} layers, its {noun} are number {place} by noise, {share} of it."


def _noun(kind: str) -> str:
    return "weights" if kind == WEIGHTS else "inputs"


def _times(value: float) -> str:
    return f"{value:.0f}{TIMES}" if value >= 10 else f"{value:.1f}{TIMES}"


def _percent(share: float) -> str:
    percent = 100 * share
    if percent >= 10:
        return f"{percent:.0f} %"
    return f"{percent:.1f} %" if percent >= 0.1 else "less than 0.1 %"


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
