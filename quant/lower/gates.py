"""HardSwish in integers: its second factor is the first one's own codes, read at another scale.

x is held from -3 up, below which HardSwish is 0: codes count from there, and the hard sigmoid is a
sixth of that, bounded at 6. So it costs an integer Clip, and the product has an integer kernel.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from onnx import helper

from quant.graph.hard import SHIFT, SLOPE, HardSwish, hard_swishes
from quant.graph.network import Network
from quant.grid import Grid, affine_grid
from quant.lower.draft import Draft, quantise
from quant.lower.placement import Placement

MOST_COARSER = 1.25  # may steps be, for the sake of an integer kernel
START = 3.0  # HardSwish is 0 from minus this down, and its hard sigmoid 1 from this up


def with_gates(
    grids: Mapping[str, Grid], network: Network, placement: Placement
) -> dict[str, Grid]:
    """The grids, those of what HardSwish reads with -3 as their lowest level."""
    read = {one.source for one in hard_swishes(network)} - set(placement.passed)
    return {name: gated(grid) if name in read else grid for name, grid in grids.items()}


def gated(grid: Grid) -> Grid:
    """The finest grid from -3 that reaches as high, with a level at 0 and so one at 3.

    The grid given, where that would be much coarser: its values stay near 0.
    """
    zero = int(np.clip(np.floor(grid.top * START / (max(grid.high, 0.0) + START)), 1, grid.top - 1))
    scale = float(np.float32(START / zero))
    return Grid(scale, zero, grid.bits) if scale <= MOST_COARSER * grid.scale else grid


def is_gated(grid: Grid) -> bool:
    """Whether codes can be read as the hard sigmoid."""
    return grid.bits == 8 and bool(np.isclose(grid.low, -START, rtol=1e-6))


def gate(draft: Draft, one: HardSwish, grid: Grid) -> None:
    """The hard sigmoid of a quantised tensor: its codes, or where they cannot be, in float."""
    if not is_gated(grid):
        node = helper.make_node(
            "HardSigmoid", [draft.renamed[one.source]], [one.gated],
            name=one.gate, alpha=SLOPE, beta=SHIFT,
        )  # fmt: skip
        draft.nodes.append(node)
        most = min(SLOPE * grid.high + SHIFT, 1.0)
        quantise(draft, one.gated, one.gated, affine_grid(0.0, most, 8), clip=False)
        return
    codes, most = f"{one.source}/codes", 2 * grid.zero_point
    if most < grid.top:
        low = draft.constant("codes/low", np.uint8(0))
        high = draft.constant(f"codes/most{most}", np.uint8(most))
        bounded = f"{one.gated}/bounded"
        draft.nodes.append(helper.make_node("Clip", [codes, low, high], [bounded], name=bounded))
        codes = bounded
    scale = draft.constant(f"{one.gated}/scale", np.float32(grid.scale / (2 * START)))
    zero = draft.constant(f"{one.gated}/zero", np.uint8(0))
    target = f"{one.gated}/dequantised"
    draft.nodes.append(
        helper.make_node("DequantizeLinear", [codes, scale, zero], [target], name=target)
    )
    draft.renamed[one.gated] = target
