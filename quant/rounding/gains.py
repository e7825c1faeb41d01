"""What looking at inputs gives each layer: the error that a method leaves over plain rounding's."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import torch

from quant.graph.prepared import Prepared
from quant.lower.placement import Placement
from quant.plan import plan
from quant.recipe import FLOAT, Recipe
from quant.rounding.codes import RoundedLayer
from quant.rounding.gptq import round_corrected, round_gptq
from quant.rounding.plain import PLAIN, weights_of
from quant.rounding.pose import pose
from quant.rounding.problem import Problem, error_of
from quant.rounding.rows import Rows
from quant.rounding.source import Source
from quant.rounding.streams import Streams
from quant.trim import trim

BITS = 3  # at 2, 4 and 6 the ratios of a layer are within a few percent of these
LEARNED_FROM = 0.75  # of the rows; the rest, of other pictures, judge
MOST_ROWS = 6_000
LEAST, MOST = 1e-3, 1.0


def gains(prepared: Prepared, method: str, plain: str, source: Source) -> dict[str, float]:
    """By layer: squared error of a layer's answers after `method`, over that after
    `plain`, each layer alone with float inputs, on pictures that the method did not see.

    Methods that go on from GPTQ's codes are judged by these. `source.progress` may raise to stop.
    """
    torch.set_num_threads(source.threads)
    nowhere = Placement({}, {})
    batches = [torch.tensor(one) for one in source.pictures(source.count)]
    streams = Streams(prepared.network, {}, batches, nowhere)
    del batches
    wanted = plan(Recipe(BITS, FLOAT), prepared.layers, prepared.products)
    given = weights_of(prepared.network, prepared.layers, wanted, nowhere, {})
    solve = round_corrected if method == "equalize" else round_gptq
    layers = {layer.node: layer for layer in prepared.layers}
    nodes = streams.network.nodes
    starts = [at for at, node in enumerate(nodes) if node.name in layers]
    found: dict[str, float] = {}
    streams.advance(nodes[: starts[0]] if starts else nodes)
    for number, (at, end) in enumerate(pairwise([*starts, len(nodes)])):
        source.progress(f"Rounding layer {number + 1} of {len(starts)}", number / len(starts))
        layer = layers[nodes[at].name]
        weight = given[layer.name]
        posed = pose(layer, nodes[at], weight, streams, source.seed + number)
        learned, judged = _parts(posed)
        before = error_of(judged, RoundedLayer(PLAIN[plain](weight)))
        ratio = error_of(judged, solve(learned)) / max(before, 1e-30)
        found[layer.name] = min(max(ratio, LEAST), MOST)
        streams.advance(nodes[at:end])
        trim()
    return found


def _parts(posed: Problem) -> tuple[Problem, Problem]:
    """Rows lie in the order of their pictures."""
    every = max(1, posed.rows.count // MOST_ROWS)
    cut = int(posed.rows.count * LEARNED_FROM)

    def of(start: int, end: int) -> Problem:
        rows = posed.rows
        some = slice(start, end, every)
        return replace(
            posed, rows=Rows(rows.inputs[:, some], rows.plain[:, some], rows.targets[:, some])
        )

    return of(0, cut), of(cut, posed.rows.count)
