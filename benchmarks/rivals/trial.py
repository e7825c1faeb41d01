"""A few layers of a network as problems: on pictures to learn from, and on others to judge by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.common import Subject
from quant.calibrate import grids
from quant.calibrated import calibrated, drawn
from quant.graph.fold import shapes_of
from quant.grid import Grid
from quant.lower.placement import Placement, place
from quant.measure.accuracy import batch_size, sqnr_db
from quant.plan import Plan, plan
from quant.recipe import Recipe
from quant.rounding.codes import RoundedLayer
from quant.rounding.plain import weights_of
from quant.rounding.pose import pose
from quant.rounding.problem import Problem
from quant.rounding.streams import Streams

HELD_OUT = 64  # pictures of the select split, from which nothing is learned


@dataclass(frozen=True)
class Trial:
    """The layers `names` of a workload at the widths of `recipe`, each alone.

    Their inputs are quantised; the weights before them are in float.
    """

    chosen: Subject
    recipe: Recipe
    names: tuple[str, ...]

    @cached_property
    def pictures(self) -> NDArray[np.float32]:
        """The recipe's calibration pictures, (n, c, h, w)."""
        split = self.chosen.data.calibrate
        return split.take(drawn(split, self.recipe))

    @cached_property
    def held_out(self) -> dict[str, Problem]:
        """The layers on pictures that nobody has learned from."""
        return self.problems(self.chosen.data.select.take(range(HELD_OUT)))

    def problems(self, pictures: NDArray[np.float32]) -> dict[str, Problem]:
        """The layers by name, as they stand behind these pictures."""
        prepared = self.chosen.prepared
        size = batch_size(self.chosen.data.calibrate)
        batches = [torch.tensor(pictures[i : i + size]) for i in range(0, len(pictures), size)]
        streams = Streams(prepared.network, self._grids, batches, self._placement)
        layers = {one.node: one for one in prepared.layers if one.name in self.names}
        weights = weights_of(
            prepared.network, tuple(layers.values()), self._plan, self._placement, self._grids
        )
        found, done = {}, 0
        for index, node in enumerate(prepared.network.nodes):
            if node.name in layers:
                streams.advance(prepared.network.nodes[done:index])
                layer, done = layers[node.name], index
                found[layer.name] = pose(layer, node, weights[layer.name], streams, seed=index)
        return found

    def positions(self, name: str) -> int:
        """Of a layer's output, for one picture."""
        shapes = shapes_of(self.chosen.prepared.model)
        [layer] = (one for one in self.chosen.prepared.layers if one.name == name)
        return int(np.prod(shapes[layer.output][2:]))

    @cached_property
    def _plan(self) -> Plan:
        prepared = self.chosen.prepared
        return plan(self.recipe, prepared.layers, prepared.products)

    @cached_property
    def _placement(self) -> Placement:
        prepared = self.chosen.prepared
        widths = {name: bits.activations for name, bits in self._plan.items()}
        return place(prepared.network, prepared.layers, widths, prepared.products)

    @cached_property
    def _grids(self) -> dict[str, Grid]:
        seen = calibrated(self.chosen.prepared, self.chosen.data, self.recipe)
        placed = self._placement
        roots = {n: width for n, width in placed.widths.items() if n not in placed.passed}
        chosen = grids(seen, roots, self.recipe.ranges)
        return chosen | placed.passed_on(chosen)


def answers_db(problem: Problem, weight: Sequence[float], bias: Sequence[float] | None) -> float:
    """SQNR of the layer's answers behind its activation function, in dB.

    Args:
        weight: (out, *in), dequantised; `bias` (out,), or None for the layer's own.
    """
    matrix = torch.tensor(np.asarray(weight, np.float32)).reshape(problem.matrix.shape)
    answers = problem.rows.inputs @ matrix.transpose(1, 2)
    bias = problem.bias if bias is None else bias
    if bias is not None:
        answers = answers + torch.tensor(np.asarray(bias)).reshape(problem.groups, 1, -1)
    wanted = problem.tail(problem.rows.targets)
    found = sqnr_db(wanted.numpy(), problem.tail(answers).numpy())
    return np.inf if found is None else found


def layer_db(problem: Problem, layer: RoundedLayer) -> float:
    """The same of a rounded layer."""
    return answers_db(problem, layer.codes.dequantised(), layer.bias)
