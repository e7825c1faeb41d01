"""The new graph while it is written, and the quantisers that go into it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from onnx import NodeProto, TensorProto, helper, numpy_helper

from quant.grid import Grid


@dataclass
class Draft:
    """The parts of the new graph while it is written.

    `renamed` holds for every node that follows, `swapped` for one node by name.
    """

    before: list[NodeProto] = field(default_factory=list)
    nodes: list[NodeProto] = field(default_factory=list)
    initializers: dict[str, TensorProto] = field(default_factory=dict)
    shared: dict[str, TensorProto] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)
    swapped: dict[str, tuple[str, str]] = field(default_factory=dict)
    in_float: bool = False

    def constant(self, name: str, value: np.generic) -> str:
        self.initializers.setdefault(name, numpy_helper.from_array(np.asarray(value), name))
        return name


def quantise(
    draft: Draft,
    name: str,
    source: str,
    grid: Grid,
    *,
    clip: bool,
    before: float = 1.0,
    behind: float = 1.0,
) -> None:
    """QuantizeLinear, an integer Clip for narrow grids, DequantizeLinear.

    The Clip must act on the uint8 tensor: a float Clip blocks the fusion. The grid is for `before`
    times the source; what comes out is `behind` times that.
    """
    first, last = _scales(draft, name, grid, before, behind)
    if draft.in_float:
        _quantise_in_float(draft, name, source, grid, first, last)
        return
    zero = draft.constant(f"{name}/zero", np.uint8(grid.zero_point))
    codes = f"{name}/codes"
    draft.nodes.append(
        helper.make_node("QuantizeLinear", [source, first, zero], [codes], name=codes)
    )
    if grid.bits < 8 and clip:
        low = draft.constant("codes/low", np.uint8(0))
        high = draft.constant(f"codes/high{grid.bits}", np.uint8(grid.top))
        clipped = f"{name}/clipped"
        draft.nodes.append(helper.make_node("Clip", [codes, low, high], [clipped], name=clipped))
        codes = clipped
    target = f"{name}/dequantised"
    draft.nodes.append(
        helper.make_node("DequantizeLinear", [codes, last, zero], [target], name=target)
    )
    draft.renamed[name] = target


def held(draft: Draft, name: str, grid: Grid, layer: str) -> str:
    """A quantised tensor as a layer with float weights reads it: clipped to where it lies anyway.

    Right behind a DequantizeLinear, ONNX Runtime (seen in 1.32) would quantise those weights.
    """
    low = draft.constant(f"{name}/low", np.float32(grid.low))
    high = draft.constant(f"{name}/high", np.float32(grid.high))
    target = f"{layer}/input"
    given = [draft.renamed[name], low, high]
    draft.nodes.append(helper.make_node("Clip", given, [target], name=target))
    return target


def _scales(draft: Draft, name: str, grid: Grid, before: float, behind: float) -> tuple[str, str]:
    """The initializers that a tensor is divided by, and multiplied by again."""
    first = last = draft.constant(f"{name}/scale", np.float32(grid.scale))
    if before != 1.0:
        first = draft.constant(f"{name}/scale/before", np.float32(grid.scale / before))
    if behind != 1.0:
        last = draft.constant(f"{name}/scale/behind", np.float32(grid.scale * behind))
    return first, last


def _quantise_in_float(
    draft: Draft, name: str, source: str, grid: Grid, first: str, last: str
) -> None:
    """The same levels in float arithmetic, for float weights, which no integer kernel takes.

    Behind a DequantizeLinear, ONNX Runtime (seen in 1.32) would quantise float weights to eight
    bits by itself, and the file would not be what its recipe says.
    """
    low = draft.constant(f"{name}/low", np.float32(-grid.zero_point))
    high = draft.constant(f"{name}/high", np.float32(grid.top - grid.zero_point))
    for op, inputs, output in (
        ("Div", [source, first], f"{name}/steps"),
        ("Round", [f"{name}/steps"], f"{name}/rounded"),
        ("Clip", [f"{name}/rounded", low, high], f"{name}/level"),
        ("Mul", [f"{name}/level", last], f"{name}/dequantised"),
    ):
        draft.nodes.append(helper.make_node(op, inputs, [output], name=output))
    draft.renamed[name] = f"{name}/dequantised"
