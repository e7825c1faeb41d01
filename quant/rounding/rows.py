"""A layer as a matrix product: sampled rows of what it reads, and what float makes of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from onnx import NodeProto
from torch import Tensor
from torch.nn import functional

from quant.graph.layers import Layer
from quant.rounding.ops import Window
from quant.rounding.streams import Held

MOST_ROWS = 16_384
MOST_VALUES = 24_000_000  # of the inputs of all rows: 96 MB in float32
FEWEST_ROWS = 1_024


@dataclass(frozen=True)
class Rows:
    """Output positions drawn at random, in float32, by group g of the layer's groups.

    `inputs` (g, rows, in) are what the quantised network feeds the layer there, `plain` what the
    float one does, and `targets` (g, rows, out) what the float layer answers, bias included.
    """

    inputs: Tensor
    plain: Tensor
    targets: Tensor

    @property
    def count(self) -> int:
        return self.inputs.shape[1]


def sample(
    layer: Layer,
    node: NodeProto,
    weight: Tensor,
    bias: Tensor | None,
    quantised: Held,
    plain: Held,
    seed: int,
) -> Rows:
    """Draw rows evenly over pictures and positions.

    Args:
        weight: (out, *in) float32; `bias` (out,).
        quantised, plain: the layer's input in both runs.
    """
    draw = torch.Generator().manual_seed(seed)
    pictures = sum(len(values) for values in plain.batches)
    width = weight[0].numel() * layer.groups
    wanted = min(MOST_ROWS, max(FEWEST_ROWS, MOST_VALUES // width))
    each = max(1, -(-wanted // pictures))
    parts: list[tuple[Tensor, Tensor]] = []
    for index in range(len(plain.batches)):
        first = plain.batch(index)
        places = _places(layer, node, first, each, draw)
        parts.append(
            (
                _taken(layer, node, quantised.batch(index), places),
                _taken(layer, node, first, places),
            )
        )
    inputs, floats = (torch.cat(side, dim=1) for side in zip(*parts, strict=True))
    matrix = weight.reshape(layer.groups, len(weight) // layer.groups, -1)
    targets = floats @ matrix.transpose(1, 2)
    if bias is not None:
        targets = targets + bias.reshape(layer.groups, 1, -1)
    return Rows(inputs, floats, targets)


def _places(
    layer: Layer, node: NodeProto, x: Tensor, each: int, draw: torch.Generator
) -> Sequence[Tensor]:
    """Positions (pictures, each) an axis of the output, the same for both runs."""
    if layer.op != "Conv":
        tokens = x[0].numel() // x.shape[-1]
        return [_draw(tokens, each, len(x), draw)]
    window = Window.of(node, layer.shape)
    pads = window.padding(tuple(x.shape))
    sizes = []
    for axis, kernel in enumerate(window.kernel):
        before, after = pads[2 * (len(window.kernel) - 1 - axis) :][:2]
        reach = (kernel - 1) * window.dilations[axis] + 1
        sizes.append((x.shape[2 + axis] + before + after - reach) // window.strides[axis] + 1)
    total = int(torch.tensor(sizes).prod())
    flat = _draw(total, each, len(x), draw)
    places = []
    for size in reversed(sizes):
        places.append(flat % size)
        flat = flat // size
    return places[::-1]


def _draw(total: int, each: int, pictures: int, draw: torch.Generator) -> Tensor:
    """All of them where there are few; otherwise drawn with replacement."""
    if total <= each:
        return torch.arange(total).expand(pictures, total)
    return torch.randint(0, total, (pictures, each), generator=draw)


def _taken(layer: Layer, node: NodeProto, x: Tensor, places: Sequence[Tensor]) -> Tensor:
    """(groups, rows, in): what the layer reads at these positions."""
    pictures = torch.arange(len(x))[:, None]
    if layer.op != "Conv":
        tokens = x.reshape(len(x), -1, x.shape[-1])
        return tokens[pictures, places[0]].reshape(1, -1, x.shape[-1])
    window = Window.of(node, layer.shape)
    padded = functional.pad(x, window.padding(tuple(x.shape))).movedim(1, -1)
    offsets = torch.cartesian_prod(
        *(torch.arange(k) * d for k, d in zip(window.kernel, window.dilations, strict=True))
    ).reshape(-1, len(window.kernel))
    index = [
        place[:, :, None] * stride + offsets[:, axis]
        for axis, (place, stride) in enumerate(zip(places, window.strides, strict=True))
    ]
    taken = padded[(pictures[:, :, None], *index)]  # (pictures, each, kernel, channels)
    rows = taken.reshape(-1, taken.shape[2], layer.groups, x.shape[1] // layer.groups)
    return rows.permute(2, 0, 3, 1).reshape(layer.groups, len(rows), -1)
