"""What each layer's weights and inputs become at each width, as the file would have them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from quant.calibrate import Observed, grids
from quant.errors import InvalidRecipe
from quant.graph.layers import Layer
from quant.graph.prepared import Prepared
from quant.graph.products import Product
from quant.grid import Grid
from quant.lower.placement import Placement, place
from quant.lower.weights import as_stored
from quant.perturb.setting import Changed, Floats, Setting
from quant.plan import plan
from quant.recipe import FLOAT, Recipe
from quant.rounding.codes import Codes
from quant.rounding.plain import PLAIN, round_all, weights_of
from quant.sensitivity.scores import ACTIVATIONS, WEIGHTS

BESIDE = 8  # the width of activations that weights are rounded for


@dataclass(frozen=True)
class Unit:
    """A layer, or a product of two activations, which has no weights."""

    name: str
    node: str
    sources: tuple[str, ...]
    layer: Layer | None

    @property
    def kinds(self) -> tuple[str, ...]:
        return (ACTIVATIONS,) if self.layer is None else (WEIGHTS, ACTIVATIONS)


def units(prepared: Prepared) -> tuple[Unit, ...]:
    """All that can be quantised, in network order."""
    every: dict[str, Layer | Product] = {one.node: one for one in prepared.layers}
    every |= {one.node: one for one in prepared.products}
    return tuple(
        Unit(one.name, one.node, (one.source,), one)
        if isinstance(one, Layer)
        else Unit(one.name, one.node, one.sources, None)
        for one in (every[node.name] for node in prepared.network.nodes if node.name in every)
    )


class Changes:
    """Of one network under a recipe's method, ranges, pictures and seed; its widths do not count.

    Weights are those of a file with 8-bit activations. Kept as codes: floats of all widths would
    weigh seven times as much as the network.
    """

    def __init__(
        self, prepared: Prepared, recipe: Recipe, observed: Mapping[str, Observed]
    ) -> None:
        if recipe.method not in PLAIN:
            raise InvalidRecipe(
                f"sensitivity rounds each layer by its weights alone: {' or '.join(PLAIN)}; "
                f"got {recipe.method!r}"
            )
        self.prepared, self.recipe, self.observed = prepared, recipe, observed
        self.units = units(prepared)
        self.by_node = {unit.node: unit for unit in self.units}
        self._codes: dict[int, Mapping[str, Codes]] = {}
        self._placed: dict[int, tuple[Placement, dict[str, Grid]]] = {}

    def changed(self, unit: Unit, kind: str, bits: int) -> Changed:
        """One unit's weights, or its inputs, at a width."""
        if kind == WEIGHTS:
            return Changed(weight=self.weight(unit, bits))
        known = self._grids(bits)[1]
        return Changed(grids={name: known[name] for name in unit.sources if name in known})

    def setting(self, kind: str, bits: int) -> Setting:
        """All units that have this kind at a width."""
        return {
            unit.node: self.changed(unit, kind, bits) for unit in self.units if kind in unit.kinds
        }

    def weight(self, unit: Unit, bits: int) -> Floats:
        """The dequantised weight as the unit's node reads it."""
        if unit.layer is None:
            raise InvalidRecipe(f"{unit.name} is a product of two activations and has no weights")
        values = self.codes(bits)[unit.name].dequantised()
        return np.asarray(as_stored(unit.layer, values), np.float32)

    def used(self, unit: Unit, kind: str, bits: int) -> tuple[int, ...]:
        """The widths that a file would use: the picture and residual sums stay at 8 bits."""
        if kind == WEIGHTS:
            return (bits,)
        placement = self._grids(bits)[0]
        return tuple(placement.widths.get(name, FLOAT) for name in unit.sources)

    def codes(self, bits: int) -> Mapping[str, Codes]:
        """Of all layers, by name."""
        if bits not in self._codes:
            prepared = self.prepared
            placement, found = self._grids(BESIDE)
            wanted = plan(Recipe(bits, BESIDE), prepared.layers, prepared.products)
            weights = weights_of(prepared.network, prepared.layers, wanted, placement, found)
            rounded = round_all(weights, PLAIN[self.recipe.method])
            self._codes[bits] = {name: one.codes for name, one in rounded.layers.items()}
        return self._codes[bits]

    def grid(self, source: str, bits: int) -> Grid | None:
        """The levels of a tensor at a width; None where it is not quantised."""
        return self._grids(bits)[1].get(source)

    def root(self, source: str) -> str:
        """The tensor whose grid a tensor keeps."""
        passed = self._grids(BESIDE)[0].passed
        while source in passed:
            source = passed[source]
        return source

    def _grids(self, bits: int) -> tuple[Placement, dict[str, Grid]]:
        if bits not in self._placed:
            widths = {unit.name: bits for unit in self.units}
            prepared = self.prepared
            placement = place(prepared.network, prepared.layers, widths, prepared.products)
            roots = {n: w for n, w in placement.widths.items() if n not in placement.passed}
            found = grids(self.observed, roots, self.recipe.ranges)
            self._placed[bits] = placement, found | placement.passed_on(found)
        return self._placed[bits]
