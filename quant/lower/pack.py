"""Codes packed at their width, and the standard operators that unpack them once, at load.

Eight bits are plain int8. Other widths are split into planes of 4, 2 and 1 bits; a byte of a plane
looks its codes up in a table of 256 rows (Gather), and planes are joined by BitwiseOr. All but the
look-up's index is int8, so that unpacking stays small: a chain in int32 peaks at 1-2 GB for a
4096 x 4096 matrix. A native INT4 initializer with a Cast is as small, but ONNX Runtime runs that
Cast since 1.23 only, and these operators since 1.15.

Levels that are not evenly spaced are in the table already where one plane holds a whole code;
otherwise joined planes are an index of two codes, and one more Gather gives them. (One code at a
time peaks at 4.06 times the float size for three bits.)
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, helper, numpy_helper

from quant.rounding.levels import Levels, even
from quant.rounding.shares import Steps, table

PLANES = {2: (2,), 3: (2, 1), 4: (4,), 5: (4, 1), 6: (4, 2), 7: (4, 2, 1)}
HEAD = {4: (2, 2), 2: (2,), 1: ()}  # shape of a group's bytes, so that all planes unpack alike
TAIL = {4: (2,), 2: (2, 2), 1: (2, 2, 2)}

Int8 = NDArray[np.int8]
Shared = dict[str, TensorProto]


def pack(
    name: str,
    codes: Int8,
    bits: int,
    shared: Shared,
    *,
    levels: Levels | None = None,
    shares: Steps | None = None,
) -> tuple[list[NodeProto], list[TensorProto]]:
    """Nodes and initializers whose last output, `name`, is `codes` in int8.

    Args:
        codes: any shape, all of them of `levels`.
        bits: 2-8.
        shared: tables by name, added to as they are needed; one serves all layers.
        levels: 2**bits codes, by default the integers of that width.
        shares: of inputs, in steps that broadcast to the codes.
    """
    if bits == 8:
        return [], [numpy_helper.from_array(np.ascontiguousarray(codes), name)]
    levels = levels or even(bits)
    if shares is not None:
        return _of_shares(name, codes, bits, levels, shares, shared)
    if levels.is_even or len(PLANES[bits]) == 1:
        stored = codes if levels.is_even else levels.index(codes.astype(np.float32)).view(np.int8)
        nodes, initializers, joined = _planes(name, stored, bits, levels, shared)
        return nodes + _shaped(name, joined, codes, 8, initializers), initializers
    # two codes at a time, so that the index of the last look-up is half as large
    index = levels.index(codes.astype(np.float32)).reshape(-1)
    pairs = np.concatenate([index, np.zeros(index.size % 2, np.uint8)]).reshape(-1, 2)
    stored = (pairs[:, 0] | pairs[:, 1] << bits).view(np.int8)
    nodes, initializers, joined = _planes(name, stored, 2 * bits, even(2 * bits), shared)
    both = np.stack(np.meshgrid(levels.array, levels.array), axis=-1).reshape(-1, 2)
    pair_table = _kept(f"unpack/{levels.name}{bits}", both, shared)
    nodes += _looked_up(pair_table, joined, f"{name}/index", f"{name}/levels")
    return nodes + _shaped(name, f"{name}/levels", codes, 16, initializers), initializers


def _of_shares(
    name: str, codes: Int8, bits: int, levels: Levels, steps: Steps, shared: Shared
) -> tuple[list[NodeProto], list[TensorProto]]:
    """Levels and the steps of their inputs are one index into a table of both."""
    known = table(levels)
    wide = np.broadcast_to(steps, codes.shape)
    stored = np.zeros(codes.shape, np.uint8)
    for one in range(known.shape[1] - 1):
        stored += codes > known[:, one][wide]
    nodes, initializers, joined = _planes(
        f"{name}/level", stored.view(np.int8), bits, even(bits), shared, is_signed=False
    )
    nodes += _shaped(f"{name}/level", joined, codes, 8, initializers)
    places = numpy_helper.from_array((steps << bits).view(np.int8), f"{name}/shares")
    initializers.append(places)
    both = f"{name}/both"
    nodes.append(helper.make_node("BitwiseOr", [f"{name}/level", places.name], [both]))
    # -128 to 127 are the rows of this table: Gather counts negative ones from its end
    rows = np.zeros(256, np.int8)
    rows[: known.size] = known.reshape(-1)
    kept = _kept(f"unpack/{levels.name}{bits}/shares", rows, shared)
    return nodes + _looked_up(kept, both, f"{name}/index", name), initializers


def _planes(
    name: str,
    stored: Int8,
    bits: int,
    levels: Levels,
    shared: Shared,
    *,
    is_signed: bool = True,
) -> tuple[list[NodeProto], list[TensorProto], str]:
    """Nodes and initializers that unpack planes and join them, and what that gives."""
    nodes: list[NodeProto] = []
    initializers: list[TensorProto] = []
    joined, shift = "", bits
    for width in PLANES[bits]:
        shift -= width
        plane_table = _table(width, shift, bits, levels, shared, is_signed=is_signed)
        plane_bytes = np.frombuffer(_bit_planes(stored, width, shift, group=8), np.uint8)
        plane = f"{name}/plane{width}"
        initializers.append(
            numpy_helper.from_array(plane_bytes.reshape(-1, *HEAD[width]), f"{plane}/packed")
        )
        nodes += _looked_up(plane_table, f"{plane}/packed", f"{plane}/index", plane)
        if joined:
            nodes.append(helper.make_node("BitwiseOr", [joined, plane], [f"{plane}/joined"]))
        joined = f"{plane}/joined" if joined else plane
    return nodes, initializers, joined


def _looked_up(table: str, source: str, index: str, name: str) -> list[NodeProto]:
    return [
        helper.make_node("Cast", [source], [index], to=TensorProto.INT32),
        helper.make_node("Gather", [table, index], [name]),
    ]


def _shaped(
    name: str, joined: str, codes: Int8, group: int, initializers: list[TensorProto]
) -> list[NodeProto]:
    """Drop the padding of the last group, if any, and give the codes their shape."""
    shape = numpy_helper.from_array(np.array(codes.shape, np.int64), f"{name}/shape")
    initializers.append(shape)
    if codes.size % group == 0:
        return [helper.make_node("Reshape", [joined, shape.name], [name])]
    bounds = {"flat": [-1], "start": [0], "end": [codes.size]}
    for key, value in bounds.items():
        initializers.append(numpy_helper.from_array(np.array(value, np.int64), f"{name}/{key}"))
    return [
        helper.make_node("Reshape", [joined, f"{name}/flat"], [f"{name}/padded"]),
        helper.make_node(
            "Slice", [f"{name}/padded", f"{name}/start", f"{name}/end"], [f"{name}/cut"]
        ),
        helper.make_node("Reshape", [f"{name}/cut", shape.name], [name]),
    ]


def _bit_planes(codes: Int8, width: int, shift: int, group: int = 1) -> bytes:
    """Bits [shift, shift + width) of each code, packed little end first, padded to whole groups."""
    fields = (codes.reshape(-1).view(np.uint8) >> shift) & (2**width - 1)
    per_byte = 8 // width
    fields = np.concatenate([fields, np.zeros(-fields.size % max(per_byte, group), np.uint8)])
    columns = fields.reshape(-1, per_byte)
    packed = np.zeros(len(columns), np.uint8)
    for position in range(per_byte):
        packed |= columns[:, position] << np.uint8(position * width)
    return packed.tobytes()


def _table(
    width: int, shift: int, bits: int, levels: Levels, shared: Shared, *, is_signed: bool
) -> str:
    """The table from a byte to its codes, at their place; the highest plane carries the sign."""
    byte = np.arange(256, dtype=np.int64)[:, None]
    fields = (byte >> (np.arange(8 // width) * width)) & (2**width - 1)
    name = f"unpack/{width}bits/shift{shift}"
    if is_signed and levels.is_even and shift + width == bits:
        name, fields = f"{name}/signed", np.where(fields >> width - 1, fields - 2**width, fields)
    if not levels.is_even and width == bits:
        name, fields = f"{name}/{levels.name}", levels.array[fields].astype(np.int64)
    return _kept(name, (fields << shift).astype(np.int8).reshape(256, *TAIL[width]), shared)


def _kept(name: str, table: Int8, shared: Shared) -> str:
    if name not in shared:
        shared[name] = numpy_helper.from_array(table, name)
    return name
