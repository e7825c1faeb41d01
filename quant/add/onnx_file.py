"""An ONNX file as it was brought: read without trust, before any runtime sees it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from graphlib import CycleError, TopologicalSorter
from math import prod
from pathlib import Path, PurePosixPath

import onnx
from google.protobuf.message import DecodeError
from onnx import FunctionProto, GraphProto, ModelProto, NodeProto, TensorProto, helper

from quant.add.bounds import MOST_NODES, MOST_VALUES
from quant.errors import ModelError

STANDARD = ("", "ai.onnx")
QUANTISED = {
    "QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear", "QLinearConv", "QLinearMatMul",
    "ConvInteger", "MatMulInteger", "MatMulNBits",
}  # fmt: skip
INLINE = ("float_data", "int32_data", "int64_data", "double_data", "uint64_data", "string_data")
MOST_SHOWN = 5
Body = GraphProto | FunctionProto


def read(path: Path, folder: Path) -> ModelProto:
    """The model with all its weights in it, and only standard operators.

    Args:
        path: the file.
        folder: where weights in files of their own may lie; nothing outside is read.
    Raises:
        ModelError: what is wrong, or not taken, and what to do.
    """
    try:
        model = onnx.load_model(path, load_external_data=False)
    except (DecodeError, ValueError, OSError) as exc:
        raise ModelError(
            f"{path.name} is not an ONNX file, or is cut off; export it again"
        ) from exc
    if not model.graph.node:
        raise ModelError(f"{path.name} is not an ONNX file, or holds no network; export it again")
    _functions(model)
    graphs = [*_graphs([model.graph]), *_graphs(model.functions)]
    _names(path, graphs)
    _operators(path, model, graphs)
    for graph in graphs:
        _no_sparse(path, graph)
        for tensor in _tensors(graph):
            _tensor(path, tensor, folder)
    onnx.load_external_data_for_model(model, str(folder))
    for graph in graphs:
        _sort(path, graph)
    return model


def _graphs(outer: Iterable[Body]) -> Iterator[Body]:
    """Graphs or functions, and all those inside their nodes. Protobuf allows a hundred levels."""
    waiting = list(outer)
    while waiting:
        found = waiting.pop()
        yield found
        for node in found.node:
            for item in node.attribute:
                waiting += [item.g] if item.HasField("g") else []
                waiting += item.graphs


def _tensors(graph: Body) -> Iterator[TensorProto]:
    if isinstance(graph, GraphProto):
        yield from graph.initializer
    for node in graph.node:
        for item in node.attribute:
            if item.HasField("t"):
                yield item.t
            yield from item.tensors


def _no_sparse(path: Path, graph: Body) -> None:
    attributes = (item for node in graph.node for item in node.attribute)
    inside = any(item.HasField("sparse_tensor") or item.sparse_tensors for item in attributes)
    if inside or (isinstance(graph, GraphProto) and graph.sparse_initializer):
        raise ModelError(
            f"{path.name} has sparse weights, which are not taken; save it with dense ones"
        )


def _functions(model: ModelProto) -> None:
    """Refuse functions that call themselves, or that come to too many nodes when written out."""
    known = {(one.domain, one.name): one for one in model.functions}
    sizes: dict[tuple[str, str], int] = {}

    def size(nodes: list[NodeProto], inside: tuple[tuple[str, str], ...]) -> int:
        total = 0
        for node in nodes:
            key = (node.domain, node.op_type)
            if key in inside:
                raise ModelError(
                    f"the function {node.op_type} calls itself; a network must end: export it again"
                )
            if key in known and key not in sizes:
                sizes[key] = size(list(known[key].node), (*inside, key))
            total += sizes.get(key, 1)
        return total

    total = sum(size(list(graph.node), ()) for graph in _graphs([model.graph]))
    if total > MOST_NODES:
        raise ModelError(
            f"the network has {total:,} operations with its functions written out; the most is "
            f"{MOST_NODES:,}"
        )


def _names(path: Path, graphs: list[Body]) -> None:
    """Names that are no text come as bytes, which nothing below expects."""
    for graph in graphs:
        said: list[object] = [one.name for one in _tensors(graph)]
        for node in graph.node:
            said += [node.name, node.op_type, node.domain, *node.input, *node.output]
        if not all(isinstance(one, str) for one in said):
            raise ModelError(f"{path.name} has names that are no text; it is damaged: export again")


def _operators(path: Path, model: ModelProto, graphs: list[Body]) -> None:
    """Only operators that every runtime has.

    Raises:
        ModelError: names those that are not.
    """
    functions = {(one.domain, one.name) for one in model.functions}
    used = {(node.domain, node.op_type) for graph in graphs for node in graph.node} - functions
    foreign = sorted(f"{domain}::{name}" for domain, name in used if domain not in STANDARD)
    foreign += sorted(
        name for domain, name in used if domain in STANDARD and not onnx.defs.has(name)
    )
    if already := sorted({name for _, name in used} & QUANTISED):
        raise ModelError(
            f"{path.name} is quantised already ({', '.join(already)}); add the float network that "
            "it was made from"
        )
    if foreign:
        more = f" and {len(foreign) - MOST_SHOWN} more" if len(foreign) > MOST_SHOWN else ""
        raise ModelError(
            f"{path.name} uses operators that are not part of ONNX: "
            f"{', '.join(_printable(name) for name in foreign[:MOST_SHOWN])}{more}; export it with "
            "standard operators only"
        )


def _tensor(path: Path, tensor: TensorProto, folder: Path) -> None:
    """What a tensor says of its size must be what is there."""
    name = _printable(tensor.name)
    values = prod(tensor.dims)
    if any(size < 0 for size in tensor.dims) or values > MOST_VALUES:
        raise ModelError(
            f"{path.name}: the tensor {name} says that it has shape {tuple(tensor.dims)[:8]}; the "
            f"most is {MOST_VALUES:,} values"
        )
    if tensor.data_location == TensorProto.EXTERNAL:
        _external(path, tensor, folder)
        return
    if tensor.data_type == TensorProto.STRING:
        held = len(tensor.string_data)
    else:
        held = _held(path, tensor)
    if held != values:
        raise ModelError(
            f"{path.name}: the tensor {name} says that it has {values:,} values and has "
            f"{held:,}; the file is damaged: export it again"
        )


def _held(path: Path, tensor: TensorProto) -> int:
    """How many values are really there."""
    try:
        kind = helper.tensor_dtype_to_np_dtype(tensor.data_type)
    except (KeyError, ValueError, TypeError) as exc:
        raise ModelError(
            f"{path.name}: the tensor {_printable(tensor.name)} is of an unknown type "
            f"({tensor.data_type}); export it again"
        ) from exc
    if tensor.HasField("raw_data"):
        bits = 4 if "4" in kind.name and kind.itemsize == 1 else 8 * kind.itemsize
        held = len(tensor.raw_data) * 8 // bits
        return min(held, prod(tensor.dims)) if bits == 4 else held
    held = sum(len(getattr(tensor, field)) for field in INLINE)
    return held // 2 if kind.kind == "c" else held


def _external(path: Path, tensor: TensorProto, folder: Path) -> None:
    """Weights in another file: beside the model, below its folder, no link, and long enough."""
    told = {item.key: item.value for item in tensor.external_data}
    location = told.get("location", "")
    shown = _printable(location)
    inside = PurePosixPath(location)
    if not location or inside.is_absolute() or ".." in inside.parts or "\\" in location:
        raise ModelError(
            f"{path.name} wants its weights from {shown!r}, which is outside its folder; nothing "
            "there is read: save the network with its weights beside it, or in one file"
        )
    file = folder / location
    parts = [folder.joinpath(*inside.parts[: n + 1]) for n in range(len(inside.parts))]
    if any(part.is_symlink() for part in parts):
        raise ModelError(
            f"{path.name} wants its weights from {shown!r}, which is a link; put the file itself "
            "there"
        )
    if not file.is_file():
        raise ModelError(
            f"{path.name} has its weights in a second file, {shown}, which is not beside it; give "
            "both, or export with torch.onnx.export(..., external_data=False)"
        )
    try:
        offset, length = int(told.get("offset", 0)), int(told.get("length", -1))
    except ValueError:
        offset = length = -1
    size = file.stat().st_size
    wanted = prod(tensor.dims) * helper.tensor_dtype_to_np_dtype(tensor.data_type).itemsize
    if length == -1 and "length" not in told:
        length = wanted
    if offset < 0 or length != wanted or offset + length > size:
        raise ModelError(
            f"{path.name}: the tensor {_printable(tensor.name)} does not fit into {shown}, which "
            f"has {size:,} bytes; the two files do not belong together: export again"
        )


def _sort(path: Path, graph: Body) -> None:
    """Nodes in an order in which they can run (in place).

    Raises:
        ModelError: there is none: the graph goes in a circle.
    """
    maker = {name: at for at, node in enumerate(graph.node) for name in node.output if name}
    before = {
        at: {maker[name] for name in node.input if name in maker}
        for at, node in enumerate(graph.node)
    }
    if all(earlier < at for at, needed in before.items() for earlier in needed):
        return
    try:
        order = list(TopologicalSorter(before).static_order())
    except CycleError as exc:
        nodes = [graph.node[at] for at in exc.args[1][:3]]
        stuck = ", ".join(_printable(node.name or node.op_type) for node in nodes)
        raise ModelError(
            f"{path.name} goes in a circle: {stuck} wait for one another; a network must run "
            "from its input to its output: export it again"
        ) from exc
    kept = [NodeProto.FromString(graph.node[at].SerializeToString()) for at in order]
    del graph.node[:]
    graph.node.extend(kept)


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in text)[:80]
